using System.Globalization;
using PatchOps.Adapters.Feeds.Input;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Core.Intake.Records;
using PatchOps.Core.Seams;
using PatchOps.Core.Versions;
using PatchOps.Domain;

namespace PatchOps.Adapters.Records;

/// <summary>Results of scanners: grype and trivy by content, tables otherwise.</summary>
/// <param name="asset">What was scanned; null to believe the report.</param>
/// <param name="scanner">Name under which the findings are kept; null for the report's own.</param>
internal sealed class FindingFileReader(string? asset, string? scanner) : IRecordReader
{
    private readonly TabularReader tables = new();

    public IEnumerable<RecordRow> Read(string path, CancellationToken cancellationToken)
    {
        if (File.Exists(path) && JsonShape.Of(FeedContent.Head(path, FeedLimits.Default)) is { IsObject: true } shape)
        {
            if (GrypeParser.Recognises(shape)) return Report(path, c => new GrypeParser(c), cancellationToken);
            if (TrivyParser.Recognises(shape)) return Report(path, c => new TrivyParser(c), cancellationToken);
            if (shape.Has("bomFormat") || shape.Has("spdxVersion"))
                throw new FailureException("FileNotFindings", FailureKind.InvalidInput, $"'{path}' is a bill of materials, not a scanner's result.", path, "Import what is installed with Import-PatchAsset, and the scanner's own JSON with Import-PatchFinding.");
        }
        return tables.Read(path, cancellationToken).Select(Complete);
    }

    private IEnumerable<RecordRow> Report(string path, Func<FeedContext, ScanParser> make, CancellationToken cancellationToken)
    {
        var context = new FeedContext(path, DateTimeOffset.UnixEpoch) { Cancellation = cancellationToken };
        var parser = make(context);
        using var stream = FeedContent.Open(path, context.Limits);
        foreach (var item in new JsonRecordStream(stream, context, parser).Items())
            if (item.Rejected is { } rejected) yield return InstalledRow.Bad($"{path}, {rejected.Place}", rejected.Reason.TrimEnd('.'));

        var owner = Given(asset) ?? Given(parser.Subject) ?? Path.GetFileNameWithoutExtension(path);
        var name = Given(scanner) ?? parser.Scanner;
        // Comes first: it says what was looked at, even where nothing was found.
        yield return Row(path, owner, name, parser.Taken, null);
        var number = 0;
        foreach (var entry in parser.Entries)
        {
            number++;
            yield return Row(string.Create(CultureInfo.InvariantCulture, $"{path}, finding {number} ({entry.Id})"), owner, name, parser.Taken, entry with { Ecosystem = EcosystemOf(entry, parser) });
        }
    }

    private static string? EcosystemOf(ScanEntry entry, ScanParser parser)
    {
        var own = entry.Url is null ? null : EcosystemNames.Of(entry.Url, null);
        // A package of the distribution without its release is of the release that was found.
        if (entry.Ecosystem is not null || (own is not null && parser.Distribution?.StartsWith(own + ":", StringComparison.Ordinal) == true)) return parser.Distribution ?? own;
        return own;
    }

    private static RecordRow Row(string place, string asset, string scanner, string? taken, ScanEntry? entry) => new(
        new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Asset"] = asset, ["Scanner"] = scanner, ["Taken"] = taken, ["Cve"] = entry?.Cve, ["Package"] = entry?.Package, ["InstalledVersion"] = entry?.Version,
            ["FixedVersion"] = entry is null ? null : Fix(entry), ["Severity"] = entry?.Severity, ["Status"] = entry is null ? null : StatusOf(entry.Status),
            ["Ecosystem"] = entry?.Ecosystem, ["Source"] = entry?.Source ?? (entry?.Url is { } url ? EcosystemNames.Source(url) : null),
        }, place);

    /// <summary>Of several fixed versions, one for each branch, the lowest above what is installed.</summary>
    private static string? Fix(ScanEntry entry)
    {
        if (entry.Fixes.Count < 2 || entry.Version is null || entry.Ecosystem is null || !EcosystemSchemes.TryResolve(entry.Ecosystem, out var scheme)) return entry.Fixes.FirstOrDefault();
        var order = VersionSchemes.Get(scheme.Value);
        if (!order.TryValidate(entry.Version, out _)) return entry.Fixes[0];
        return entry.Fixes.Where(f => order.TryValidate(f, out _) && order.Compare(f, entry.Version) > 0).OrderBy(f => f, Comparer<string>.Create((a, b) => order.Compare(a, b))).FirstOrDefault() ?? entry.Fixes[0];
    }

    /// <summary>trivy's words; its "fixed" says that a fix can be had.</summary>
    private static string? StatusOf(string? word) => word switch
    {
        "under_investigation" => nameof(FindingStatus.UnderInvestigation),
        "not_affected" => nameof(FindingStatus.NotAffected),
        _ => null,
    };

    /// <summary>A row of a table with what the user said of all of them.</summary>
    private RecordRow Complete(RecordRow row)
    {
        if (row.Failure is not null || (Given(asset) is null && Given(scanner) is null)) return row;
        var values = new Dictionary<string, string?>(row.Values, StringComparer.OrdinalIgnoreCase);
        if (Given(asset) is { } a) values["Asset"] = a;
        if (Given(scanner) is { } s) values["Scanner"] = s;
        return row with { Values = values };
    }

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
