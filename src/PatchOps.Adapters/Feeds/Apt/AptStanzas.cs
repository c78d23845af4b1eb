using System.Globalization;
using System.Text;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Feeds.Apt;

/// <summary>Stanzas of fields, separated by blank lines.</summary>
/// <remarks>deb822(5).</remarks>
internal sealed class AptStanzas
{
    private readonly ByteWindow _window;
    private readonly FeedContext _context;
    private readonly AptOrigin _origin;
    private long _line = 1;

    public AptStanzas(Stream stream, FeedContext context)
    {
        _window = new ByteWindow(stream, context.Limits.RecordBytes);
        _context = context;
        _origin = AptOrigin.Of(context.Name);
    }

    public IEnumerable<FeedItem> Items()
    {
        while (true)
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            SkipBlankLines();
            if (_window.Unread.IsEmpty) break;
            var line = _line;
            if (Take() is not { } stanza)
            {
                yield return FeedItem.Reject(Place(line), string.Create(CultureInfo.InvariantCulture, $"the stanza is larger than {_context.Limits.RecordBytes} bytes"));
                continue;
            }
            if (_window.Broken is { } broken && _window.Unread.IsEmpty)
            {
                yield return FeedItem.Reject(Place(line), broken);
                yield break;
            }
            if (Item(stanza, line) is { } item) yield return item;
        }
        if (_window.Broken is { } cut) yield return FeedItem.Reject(Place(_line), cut);
    }

    private void SkipBlankLines()
    {
        while (true)
        {
            var span = _window.Unread;
            var i = 0;
            for (; i < span.Length && span[i] is (byte)'\n' or (byte)'\r'; i++)
            {
                if (span[i] == '\n') _line++;
            }
            _window.Advance(i);
            if (!_window.Unread.IsEmpty || _window.Fill() != Refill.More) return;
        }
    }

    /// <summary>Text up to the next blank line; null where it is too long, and then that much is passed over.</summary>
    private string? Take()
    {
        while (true)
        {
            var span = _window.Unread;
            var end = span.IndexOf("\n\n"u8);
            var dos = span.IndexOf("\r\n\r\n"u8);
            if (dos >= 0 && (end < 0 || dos < end)) end = dos;
            if (end < 0)
            {
                var refill = _window.Fill();
                if (refill == Refill.More) continue;
                end = _window.Unread.Length;
                if (refill == Refill.Full)
                {
                    Pass(end);
                    return null;
                }
            }
            var text = Encoding.UTF8.GetString(_window.Unread[..end]);
            Pass(end);
            return text;
        }
    }

    private void Pass(int count)
    {
        _line += _window.Unread[..count].Count((byte)'\n');
        _window.Advance(count);
    }

    private FeedItem? Item(string stanza, long line)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var last = "";
        foreach (var raw in stanza.Split('\n'))
        {
            var text = raw.TrimEnd('\r');
            if (text.Length == 0) continue;
            if (text[0] is ' ' or '\t')
            {
                // Only a change log is read beyond its first line, for the CVEs it names.
                if (last.Equals("Changes", StringComparison.OrdinalIgnoreCase)) fields[last] += text;
                continue;
            }
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0) return FeedItem.Reject(Place(line), "a line is neither a field nor its continuation");
            last = text[..colon];
            if (!fields.TryAdd(last, text[(colon + 1)..].Trim())) return FeedItem.Reject(Place(line), $"field '{last}' appears twice");
        }
        if (!fields.ContainsKey("Package") && fields.ContainsKey("Codename")) return Release(fields, line);
        if (fields.GetValueOrDefault("Package") is not { Length: > 0 } name) return FeedItem.Reject(Place(line), "the stanza names no package");
        if (fields.GetValueOrDefault("Version") is not { Length: > 0 } version) return FeedItem.Reject($"{Place(line)} ({name})", "the package has no version");
        var source = fields.GetValueOrDefault("Source") ?? name;
        var sourceVersion = version;
        var open = source.IndexOf('(', StringComparison.Ordinal);
        if (open > 0)
        {
            sourceVersion = source[(open + 1)..].TrimEnd(')', ' ');
            source = source[..open].Trim();
        }
        var architecture = fields.ContainsKey("Binary") && !fields.ContainsKey("Filename") ? "source" : fields.GetValueOrDefault("Architecture") ?? "";
        return FeedItem.Of(new PackageRecord("apt-repository", name, version, architecture)
        {
            AsOf = _context.FallbackDate,
            SourceName = source,
            SourceVersion = sourceVersion,
            Ecosystem = _origin.Ecosystem,
            Origin = _origin.Origin,
            IsSecurity = _origin.IsSecurity,
            Section = fields.GetValueOrDefault("Section"),
            SizeBytes = long.TryParse(fields.GetValueOrDefault("Size"), NumberStyles.None, CultureInfo.InvariantCulture, out var size) ? size : null,
            FileName = fields.GetValueOrDefault("Filename"),
            ChangelogCves = Rpm.RpmNames.Cves([fields.GetValueOrDefault("Changes") ?? ""]),
        });
    }

    /// <summary>A Release file is about the repository: it has a date and no items.</summary>
    private FeedItem? Release(Dictionary<string, string> fields, long line)
    {
        if (fields.GetValueOrDefault("Date") is not { } date) return null;
        if (!DateTimeOffset.TryParse(date.Replace("UTC", "GMT", StringComparison.Ordinal), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at))
        {
            return FeedItem.Reject(Place(line), "Date is not a date");
        }
        _context.DocumentDate = at;
        _context.DocumentVersion = fields.GetValueOrDefault("Version");
        return null;
    }

    private static string Place(long line) => string.Create(CultureInfo.InvariantCulture, $"line {line}");
}
