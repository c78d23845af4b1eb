using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Feeds.Csaf;

/// <summary>Version ranges as CSAF writes them: <c>vers:</c> or comparisons in plain text.</summary>
/// <remarks>CSAF 2.0, 3.1.2.3.2 (product_version_range); version range specifier (vers).</remarks>
internal static class CsafRange
{
    /// <returns>Null where the text is no list of comparisons; an empty list of events means every version.</returns>
    public static VersionRange? Parse(string text)
    {
        var rest = text.Trim();
        string? scheme = null;
        if (rest.StartsWith("vers:", StringComparison.OrdinalIgnoreCase))
        {
            var slash = rest.IndexOf('/', StringComparison.Ordinal);
            if (slash < 0) return null;
            scheme = rest[5..slash];
            rest = rest[(slash + 1)..];
        }
        if (rest is "*" or "all" or "All versions" or "vers:all/*") return new VersionRange(RangeKind.Custom, [new(VersionEventKind.Introduced, "0")]) { Scheme = scheme };
        var events = new List<VersionEvent>();
        foreach (var part in rest.Split(['|', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (kind, length) = part switch
            {
                ['<', '=', ..] => (VersionEventKind.LastAffected, 2),
                ['>', '=', ..] => (VersionEventKind.Introduced, 2),
                ['≤', ..] => (VersionEventKind.LastAffected, 1),
                ['≥', ..] => (VersionEventKind.Introduced, 1),
                ['<', ..] => (VersionEventKind.Fixed, 1),
                ['>', ..] => (VersionEventKind.IntroducedAfter, 1),
                _ => (VersionEventKind.Limit, 0),
            };
            var version = part[length..].Trim();
            if (length == 0 || version.Length == 0 || version.Contains(' ', StringComparison.Ordinal)) return null;
            if (events.Count == 0 && kind is VersionEventKind.Fixed or VersionEventKind.LastAffected) events.Add(new(VersionEventKind.Introduced, "0"));
            events.Add(new VersionEvent(kind, version));
        }
        return events.Count == 0 ? null : new VersionRange(RangeKind.Custom, events.ToArray()) { Scheme = scheme };
    }
}
