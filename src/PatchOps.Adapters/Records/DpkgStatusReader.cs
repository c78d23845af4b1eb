using PatchOps.Core.Intake.Records;
using PatchOps.Domain;

namespace PatchOps.Adapters.Records;

/// <summary>dpkg's own list of packages (<c>/var/lib/dpkg/status</c>); what is not installed is left out.</summary>
internal sealed class DpkgStatusReader(string asset, string? ecosystem)
{
    public static bool Recognises(string line) => line.StartsWith("Package:", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="FailureException"><c>FileNotInventory</c>: a repository's index, not a host's list.</exception>
    public IEnumerable<RecordRow> Read(string path, CancellationToken cancellationToken)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var (start, broken) = (0, (string?)null);
        foreach (var (number, line) in RecordLines.Read(path, cancellationToken).Append((-1, "")))
        {
            if (line.Trim().Length > 0)
            {
                if (start == 0) start = number;
                // A line that starts blank continues the field above; none of the fields needed here has such lines.
                if (char.IsWhiteSpace(line[0])) continue;
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                if (colon <= 0 || line.AsSpan(0, colon).IndexOfAnyExceptInRange('!', '~') >= 0)
                {
                    // Told by itself: the paragraph may be whole without it.
                    yield return InstalledRow.Bad(InstalledRow.Line(path, number), "the line is no field");
                    continue;
                }
                if (StartsNext(line[..colon], fields))
                {
                    // The blank line between two paragraphs is missing, perhaps with the name behind it.
                    if (Row(path, InstalledRow.Line(path, start), fields, broken) is { } early) yield return early;
                    fields.Clear();
                    (start, broken) = (number, null);
                }
                if (!fields.TryAdd(line[..colon], line[(colon + 1)..].Trim())) broken ??= $"line {number} gives {line[..colon]} twice";
                continue;
            }
            if (start > 0 && Row(path, InstalledRow.Line(path, start), fields, broken) is { } row) yield return row;
            fields.Clear();
            (start, broken) = (0, null);
        }
    }

    /// <summary>No field comes twice in a paragraph: where one does behind the Version, the line between two paragraphs is gone, and perhaps more.</summary>
    private static bool StartsNext(string field, Dictionary<string, string> fields) =>
        fields.ContainsKey(field) && (field.Equals("Package", StringComparison.OrdinalIgnoreCase) || fields.ContainsKey("Version"));

    private RecordRow? Row(string path, string place, Dictionary<string, string> fields, string? broken)
    {
        if (broken is not null) return InstalledRow.Bad(place, broken);
        var name = fields.GetValueOrDefault("Package");
        if (string.IsNullOrEmpty(name)) return InstalledRow.Bad(place, "the paragraph names no Package");
        var status = fields.GetValueOrDefault("Status");
        if (status is null && fields.ContainsKey("Filename"))
            throw new FailureException("FileNotInventory", FailureKind.InvalidInput, $"'{path}' lists what a repository offers, not what a host has.", path, "Import it with Import-PatchFeed -Kind AptRepository.");
        if (status is not null)
        {
            // Wish, error, state: only what is installed can be exposed.
            var words = status.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length != 3) return InstalledRow.Bad(place, $"the Status of {name} is '{status}', not three words");
            if (words[2] is "not-installed" or "config-files") return null;
        }
        var version = fields.GetValueOrDefault("Version");
        if (string.IsNullOrEmpty(version)) return InstalledRow.Bad(place, $"{name} has no Version");
        // A source whose version differs stands as "name (version)".
        var source = fields.GetValueOrDefault("Source")?.Split(' ', 2) ?? [];
        return InstalledRow.Of(place, asset, name, version, ecosystem, fields.GetValueOrDefault("Architecture"), source is ["", ..] or [] ? name : source[0],
            source.Length == 2 ? source[1].Trim('(', ')', ' ') : null);
    }
}
