using System.Globalization;
using System.Text.Json;
using CsvHelper;
using CsvHelper.Configuration;
using PatchOps.Adapters.Feeds.Input;
using PatchOps.Core.Intake;
using PatchOps.Core.Intake.Records;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Records;

/// <summary>CSV (comma, semicolon or tab; by the header) and JSON (an array, one object, or one object a line), plain or gzip.</summary>
internal sealed class TabularReader : IRecordReader
{
    /// <summary>Longest field accepted, in characters: a runaway quote must not swallow a file.</summary>
    private const int LongestField = 1 << 20;

    public IEnumerable<RecordRow> Read(string path, CancellationToken cancellationToken)
    {
        if (Directory.Exists(path)) throw new FailureException("PathIsFolder", FailureKind.InvalidInput, $"'{path}' is a folder; records are read from files.", path, "Name the file.");
        if (!File.Exists(path)) throw new FailureException("PathNotFound", FailureKind.NotFound, $"The file '{path}' does not exist.", path, "Check the path; relative paths start at the current location.");
        return ReadOpened(path, cancellationToken);
    }

    private static IEnumerable<RecordRow> ReadOpened(string path, CancellationToken cancellationToken)
    {
        using var file = Open(path);
        using var text = new StreamReader(file, new System.Text.UTF8Encoding(false, throwOnInvalidBytes: false), detectEncodingFromByteOrderMarks: true);
        var first = ' ';
        while (text.Peek() >= 0 && char.IsWhiteSpace(first = (char)text.Peek())) text.Read();
        var rows = first is '[' or '{' ? Json(text, path, cancellationToken) : Csv(text, path, cancellationToken);
        foreach (var row in rows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return row;
        }
    }

    /// <summary>With the bounds of every document: a few kilobytes of gzip must not become gigabytes.</summary>
    private static Stream Open(string path) => FeedContent.Open(path, FeedLimits.Default);

    private static IEnumerable<RecordRow> Csv(StreamReader text, string path, CancellationToken cancellationToken)
    {
        Failure? bad = null;
        using var csv = new CsvReader(text, new CsvConfiguration(CultureInfo.InvariantCulture)
        {
            DetectDelimiter = true,
            DetectDelimiterValues = [",", ";", "\t"],
            MaxFieldSize = LongestField,
            BadDataFound = a => bad = Malformed(path, a.Context.Parser!.RawRow, "a quote is out of place"),
            MissingFieldFound = null,
        }, leaveOpen: true);
        if (!csv.Read() || !csv.ReadHeader())
            throw new FailureException("FileEmpty", FailureKind.InvalidInput, $"'{path}' is empty.", path, "Name a file with a header row and records.");
        var header = csv.HeaderRecord!;
        if (header.Any(h => h.Contains('<', StringComparison.Ordinal)) && header[0].TrimStart().StartsWith('<'))
            throw new FailureException("FileNotTabular", FailureKind.InvalidInput, $"'{path}' is an HTML or XML page, not a table.", path, "Export the records as CSV or JSON.");
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            bad = null;
            bool more;
            try
            {
                more = csv.Read();
            }
            catch (CsvHelperException e)
            {
                bad = Malformed(path, csv.Parser.RawRow, e.Message.Split('\n')[0].Trim());
                more = true;
            }
            if (!more) yield break;
            var place = Place(path, csv.Parser.RawRow);
            if (bad is not null)
            {
                yield return new RecordRow(Empty, place, bad);
                continue;
            }
            if (csv.Parser.Count > header.Length)
            {
                yield return new RecordRow(Empty, place, Malformed(path, csv.Parser.RawRow, $"it has {csv.Parser.Count} fields, the header has {header.Length}"));
                continue;
            }
            var values = new Dictionary<string, string?>(header.Length, StringComparer.OrdinalIgnoreCase);
            for (var i = 0; i < header.Length; i++) values[header[i].Trim()] = i < csv.Parser.Count ? csv.Parser[i] : null;
            yield return new RecordRow(values, place);
        }
    }

    private static IEnumerable<RecordRow> Json(StreamReader text, string path, CancellationToken cancellationToken)
    {
        var place = 0;
        var elements = text.Peek() == '['
            ? Array(text.BaseStream, path, cancellationToken)
            : Lines(text, path);
        foreach (var (element, failure) in elements)
        {
            place++;
            if (failure is not null)
            {
                yield return new RecordRow(Empty, $"{path}, object {place}", failure);
                continue;
            }
            if (element.ValueKind != JsonValueKind.Object)
            {
                yield return new RecordRow(Empty, $"{path}, object {place}", new Failure("RecordInvalid", FailureKind.InvalidInput, $"{path}, element {place} is no object.", path));
                continue;
            }
            var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            if (TryFlatten(element, values)) yield return new RecordRow(values, $"{path}, object {place}");
            else yield return new RecordRow(Empty, $"{path}, object {place}", new Failure("RecordInvalid", FailureKind.InvalidInput, $"{path}, object {place} has text that is no Unicode (half a surrogate pair).", path, "Correct the object and import the file again; the others were kept."));
        }
    }

    private static IEnumerable<(JsonElement Element, Failure? Failure)> Array(Stream stream, string path, CancellationToken cancellationToken)
    {
        if (stream.CanSeek) stream.Position = 0;
        else
        {
            stream.Dispose();
            stream = Open(path);
        }
        using (stream)
        {
            var elements = JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(stream, cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (true)
            {
                Failure? failure = null;
                var more = false;
                try
                {
                    more = elements.MoveNextAsync().AsTask().GetAwaiter().GetResult();
                }
                catch (JsonException e)
                {
                    failure = new Failure("RecordInvalid", FailureKind.InvalidInput, $"{path}: the JSON breaks off at line {e.LineNumber + 1}, byte {e.BytePositionInLine}.", path, "Export the file again; what stood before the break was kept.");
                }
                if (failure is not null)
                {
                    yield return (default, failure);
                    yield break;
                }
                if (!more) yield break;
                yield return (elements.Current, null);
            }
        }
    }

    private static IEnumerable<(JsonElement Element, Failure? Failure)> Lines(StreamReader text, string path)
    {
        var whole = text.ReadToEnd();
        JsonElement? single = Parse(whole);
        if (single is { } one)
        {
            foreach (var element in Enveloped(one)) yield return (element, null);
            yield break;
        }
        var number = 0;
        foreach (var line in whole.Split('\n'))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            yield return Parse(line) is { } element ? (element, null) : (default, Malformed(path, number, "it is no JSON object"));
        }
    }

    /// <summary>Records as the interfaces of ServiceNow and Jira wrap them.</summary>
    private static IEnumerable<JsonElement> Enveloped(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object) return [root];
        try
        {
            foreach (var name in (string[])["result", "issues"])
                if (root.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array) return list.EnumerateArray();
        }
        catch (InvalidOperationException)
        {
            // A name that no text can hold: said when the object itself is read.
        }
        return [root];
    }

    private static bool TryFlatten(JsonElement element, Dictionary<string, string?> values)
    {
        try
        {
            Flatten(element, "", values);
            return true;
        }
        catch (InvalidOperationException)
        {
            // JSON may escape what no text can hold; it is noticed only when the text is asked for.
            return false;
        }
    }

    /// <summary>What is nested is reached by its path as well: <c>fields.status.name</c>.</summary>
    private static void Flatten(JsonElement element, string prefix, Dictionary<string, string?> values)
    {
        foreach (var property in element.EnumerateObject())
        {
            values[prefix + property.Name] = Text(property.Value);
            if (property.Value.ValueKind == JsonValueKind.Object) Flatten(property.Value, $"{prefix}{property.Name}.", values);
        }
    }

    private static JsonElement? Parse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Array => string.Join(';', value.EnumerateArray().Select(Text)),
        _ => value.GetRawText(),
    };

    private static Failure Malformed(string path, int line, string reason) =>
        new("RecordInvalid", FailureKind.InvalidInput, $"{Place(path, line)}: {reason}.", Place(path, line), "Correct the row and import the file again; the other rows were kept.");

    private static string Place(string path, int line) => string.Create(CultureInfo.InvariantCulture, $"{path}, line {line}");

    private static IReadOnlyDictionary<string, string?> Empty { get; } = new Dictionary<string, string?>();
}
