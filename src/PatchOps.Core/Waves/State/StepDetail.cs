using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Waves.State;

/// <summary>A command as it was sent, and what it answered.</summary>
public sealed record CommandEvidence(string Line, int? Exit, double Seconds, string Output);

/// <summary>A probe's or test case's reading.</summary>
public sealed record ReadingEvidence(string Probe, string Status, string Detail, double? Value);

/// <summary>A change as it stands in the journal.</summary>
public sealed record ChangeEvidence(string Patch, string Package, string? From, string To);

/// <summary>The evidence of one step, as JSON in the journal. What a resumed run decides by stands here too.</summary>
public sealed record StepDetail
{
    private const int OutputLimit = 4000;

    private static readonly JsonSerializerOptions Json = new()
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>One sentence for people.</summary>
    public string? Summary { get; init; }

    /// <summary>Code of the failure, where it failed.</summary>
    public string? Code { get; init; }

    public string? Remedy { get; init; }

    /// <summary>Kind of the round that an Admit begins.</summary>
    public RoundKind? Round { get; init; }

    /// <summary>What this host needs, with the versions that it had.</summary>
    public IReadOnlyList<ChangeEvidence>? Changes { get; init; }

    /// <summary>Versions as read after the fact; null value: not installed.</summary>
    public IReadOnlyDictionary<string, string?>? Versions { get; init; }

    public IReadOnlyList<CommandEvidence>? Commands { get; init; }

    public IReadOnlyList<ReadingEvidence>? Readings { get; init; }

    /// <summary>The host's start as read in this step.</summary>
    public string? BootId { get; init; }

    /// <summary>Who wished it (suspend, resume, undo), and when (UTC ticks), so that a wish is answered once.</summary>
    public string? Actor { get; init; }

    public long? WishAt { get; init; }

    public static StepDetail Of(Failure failure) => new() { Summary = failure.Message, Code = failure.Code, Remedy = failure.Remedy };

    public static CommandEvidence Command(StepReport report) =>
        new(report.CommandLine, report.ExitCode, report.Elapsed.TotalSeconds, Tail(report.StandardOutput + report.StandardError));

    public static CommandEvidence Command(CommandResult result) =>
        new(result.CommandLine, result.ExitCode, result.Elapsed.TotalSeconds, Tail(result.StandardOutput + result.StandardError));

    /// <summary>The end of a long output: package managers say last what went wrong.</summary>
    public static string Tail(string text) => text.Length <= OutputLimit ? text : string.Concat("…", text.AsSpan(text.Length - OutputLimit));

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="FailureException"><c>JournalCorrupt</c>: the text is not a step's evidence.</exception>
    public static StepDetail? Parse(string? json, string key)
    {
        if (string.IsNullOrEmpty(json)) return null;
        try
        {
            return JsonSerializer.Deserialize<StepDetail>(json, Json);
        }
        catch (JsonException e)
        {
            throw new FailureException(new Failure("JournalCorrupt", FailureKind.Corrupt, $"The journal's entry '{key}' cannot be read: {e.Message}", key,
                "Restore the store's two files from a backup."), e);
        }
    }
}
