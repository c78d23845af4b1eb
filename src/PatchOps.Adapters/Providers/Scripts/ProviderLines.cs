using System.Collections.Immutable;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Providers.Scripts;

/// <summary>What a provider's script printed, read strictly: a line that is none of the protocol's is garbage, and then nothing is known.</summary>
internal sealed class ProviderLines
{
    private const int LongestField = 300;

    private readonly Dictionary<string, (string? Version, string Broken)> packages = new(StringComparer.Ordinal);

    public string BootId { get; private set; } = "";

    public List<PendingUpdate> Updates { get; } = [];

    public List<PreCheck> Checks { get; } = [];

    public List<string> RestartReasons { get; } = [];

    /// <summary>The first line that is not understood, shortened; null where all are.</summary>
    public string? Garbage { get; private set; }

    public static ProviderLines Parse(string text)
    {
        var lines = new ProviderLines();
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.TrimEnd('\r');
            if (line.Trim().Length > 0 && !lines.Take(line.Split('\t'))) lines.Garbage ??= Short(line);
        }
        return lines;
    }

    /// <summary>The package's version (null: not installed) and half-done state; null where the script said nothing of it.</summary>
    public (string? Version, string Broken)? Find(string package) => packages.TryGetValue(package, out var found) ? found : null;

    /// <summary>The refusal among a step's lines, if there is one: code and message.</summary>
    public static (string Code, string Message)? Refusal(string output)
    {
        foreach (var line in output.Split('\n'))
            if (line.TrimEnd('\r').Split('\t') is ["refused", var code, var message] && IsCode(code)) return (code, message.Trim());
        return null;
    }

    public static string Short(string line)
    {
        var plain = string.Concat(line.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        return plain.Length <= 120 ? plain : plain[..120] + "…";
    }

    private bool Take(string[] fields)
    {
        if (fields.Any(f => f.Length > LongestField)) return false;
        switch (fields)
        {
            case ["boot", { Length: > 0 } id]:
                BootId = id.Trim();
                return true;
            case ["package", { Length: > 0 } name, var version]:
                packages[name] = (Version(version), "");
                return true;
            case ["package", { Length: > 0 } name, var version, var broken]:
                packages[name] = (Version(version), broken.Trim());
                return true;
            case ["update", { Length: > 0 } name, var installed, { Length: > 0 } candidate, .. var rest] when rest.Length <= 2:
                var security = rest.Length > 0 && rest[0].Equals("security", StringComparison.OrdinalIgnoreCase);
                Updates.Add(new PendingUpdate(name, Version(installed), candidate.Trim(), rest.Length > 1 ? rest[1] : "", security, HoldBack.None, ""));
                return true;
            case ["restart", { Length: > 0 } reason]:
                RestartReasons.Add(reason.Trim());
                return true;
            case ["check", { Length: > 0 } name, var status, .. var detail] when detail.Length <= 1 && Enum.TryParse<PreCheckStatus>(status, ignoreCase: true, out var parsed) && !char.IsAsciiDigit(status[0]):
                Checks.Add(new PreCheck(name, parsed, detail.Length == 0 ? "" : detail[0].Trim()));
                return true;
            default:
                return false;
        }
    }

    private static string? Version(string text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static bool IsCode(string code) => code.Length is > 0 and <= 60 && code.All(char.IsAsciiLetterOrDigit);
}
