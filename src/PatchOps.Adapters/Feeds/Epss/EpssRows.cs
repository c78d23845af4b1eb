using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Feeds.Epss;

/// <summary>Reads lines out of a byte window into batches.</summary>
internal sealed partial class EpssRows
{
    private const int BatchRows = 8192;
    private const int LongestLine = 4096;

    private readonly ByteWindow _window;
    private readonly FeedContext _context;
    private readonly HashSet<long> _seen = [];
    private readonly string[] _cves = new string[BatchRows];
    private readonly double[] _probabilities = new double[BatchRows];
    private readonly double[] _percentiles = new double[BatchRows];
    private readonly List<FeedItem> _rejected = [];
    private DateOnly? _date;
    private string? _model;
    private int _rows;
    private long _line;
    private bool _begun;

    public EpssRows(Stream stream, FeedContext context)
    {
        _window = new ByteWindow(stream, 512 << 10);
        _context = context;
    }

    public IEnumerable<FeedItem> Items()
    {
        var more = true;
        while (more)
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            more = Fill();
            if (_rows > 0)
            {
                yield return FeedItem.Of(new EpssBatch(Date(), _model, _cves[.._rows], _probabilities[.._rows], _percentiles[.._rows])
                {
                    AsOf = new DateTimeOffset(Date(), TimeOnly.MinValue, TimeSpan.Zero),
                });
                _rows = 0;
            }
            foreach (var item in _rejected) yield return item;
            _rejected.Clear();
        }
    }

    /// <summary>Reads lines until a batch is full or something was rejected; false at the end.</summary>
    private bool Fill()
    {
        while (_rows < BatchRows && _rejected.Count == 0)
        {
            var span = _window.Unread;
            var end = span.IndexOf((byte)'\n');
            if (end < 0)
            {
                var state = _window.Fill();
                if (state == Refill.More) continue;
                if (state == Refill.Full || span.Length > LongestLine)
                {
                    _line++;
                    Reject($"the line is longer than {LongestLine} bytes");
                    _window.Advance(_window.Unread.Length);
                    SkipLine();
                    continue;
                }
                // Filling may have moved the bytes.
                span = _window.Unread;
                if (_window.Broken is { } broken)
                {
                    _line++;
                    Reject(broken);
                }
                else if (!span.IsEmpty)
                {
                    Line(span);
                }
                _window.Advance(span.Length);
                return false;
            }
            Line(span[..end]);
            _window.Advance(end + 1);
        }
        return true;
    }

    private void SkipLine()
    {
        while (true)
        {
            var end = _window.Unread.IndexOf((byte)'\n');
            if (end >= 0)
            {
                _window.Advance(end + 1);
                return;
            }
            _window.Advance(_window.Unread.Length);
            if (_window.Fill() != Refill.More) return;
        }
    }

    private void Line(ReadOnlySpan<byte> line)
    {
        _line++;
        line = line.TrimEnd((byte)'\r');
        if (line.IsEmpty) return;
        if (line.Length > LongestLine)
        {
            Reject($"the line is longer than {LongestLine} bytes");
            return;
        }
        if (line[0] == '#')
        {
            Comment(Encoding.UTF8.GetString(line));
            return;
        }
        if (!_begun && (line.StartsWith("cve,"u8) || line.StartsWith("cve;"u8)))
        {
            _begun = true;
            return;
        }
        _begun = true;
        if (!EpssRow.TryParse(line, out var cve, out var probability, out var percentile, out var reason))
        {
            Reject(reason);
            return;
        }
        if (CveIds.Number(cve) is not { } number)
        {
            Reject($"the number of {Encoding.ASCII.GetString(cve)} is longer than any that was assigned");
            return;
        }
        if (!_seen.Add(number))
        {
            Reject($"{Encoding.ASCII.GetString(cve)} is listed twice");
            return;
        }
        _cves[_rows] = Encoding.ASCII.GetString(cve);
        _probabilities[_rows] = probability;
        _percentiles[_rows++] = percentile;
    }

    private void Comment(string line)
    {
        foreach (var part in line[1..].Split(','))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon < 0) continue;
            var value = part[(colon + 1)..].Trim();
            switch (part[..colon].Trim())
            {
                case "model_version":
                    _model = _context.DocumentVersion = value;
                    break;
                case "score_date":
                    if (FeedDates.TryParse(Encoding.UTF8.GetBytes(value), out var at))
                    {
                        _date = DateOnly.FromDateTime(at.UtcDateTime);
                        _context.DocumentDate = at;
                    }
                    else
                    {
                        Reject("score_date is not a date");
                    }
                    break;
                default:
                    break;
            }
        }
    }

    private DateOnly Date()
    {
        if (_date is { } known) return known;
        var match = DateInName().Match(Path.GetFileName(_context.Name));
        if (match.Success && FeedDates.TryParse(
            Encoding.ASCII.GetBytes($"{match.Groups[1].Value}-{match.Groups[2].Value}-{match.Groups[3].Value}"), out var at))
        {
            _context.DocumentDate = at;
        }
        _date = DateOnly.FromDateTime(_context.FallbackDate.UtcDateTime);
        return _date.Value;
    }

    private void Reject(string reason) =>
        _rejected.Add(FeedItem.Reject(string.Create(CultureInfo.InvariantCulture, $"line {_line}"), reason));

    [GeneratedRegex(@"(?<!\d)(\d{4})[-_.]?(\d{2})[-_.]?(\d{2})(?!\d)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex DateInName();
}
