using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace PatchOps.Adapters.Policies;

/// <summary>
/// Policies as a PowerShell data file: one hashtable of texts, numbers, $true, $false, $null, lists and hashtables. Nothing in it is ever
/// executed; whatever would have to be is refused with its line.
/// </summary>
internal sealed class Psd1Text(string text, PolicyDocument document)
{
    private const int Deepest = 64;

    private int at;
    private int line = 1;
    private int depth;

    public JsonNode? Read()
    {
        Skip(newLines: true);
        if (at == text.Length) return null;
        if (!Starts("@{")) throw Wrong("a data file is one hashtable and begins with @{");
        var root = Value("");
        Skip(newLines: true);
        if (at < text.Length) throw Wrong("something follows after the hashtable");
        return root;
    }

    private JsonNode? Value(string path)
    {
        if (++depth > Deepest) throw Wrong("values lie too deep in each other");
        document.Place(path, line);
        var value = Peek() switch
        {
            '@' when Starts("@{") => Table(path),
            '@' when Starts("@(") => List(path),
            '@' when Starts("@'") || Starts("@\"") => HereText(),
            '(' => Group(path),
            '\'' or '"' => Quoted(),
            '$' => Constant(),
            '+' or '-' or '.' or (>= '0' and <= '9') => Number(),
            _ => throw Wrong("a value is a text in quotes, a number, $true, $false, $null, @( … ) or @{ … }"),
        };
        depth--;
        return value;
    }

    /// <summary>One value, or several separated by commas.</summary>
    private JsonNode? Values(string path)
    {
        var (start, startLine) = (at, line);
        var first = Value(path);
        Skip(newLines: false);
        if (Peek() != ',') return first;
        // Read again as a list, so that its values have their own places.
        (at, line) = (start, startLine);
        var list = new JsonArray();
        Items(list, path);
        document.Place(path, startLine);
        return list;
    }

    private void Items(JsonArray list, string path)
    {
        while (true)
        {
            list.Add(Value($"{path}[{list.Count}]"));
            Skip(newLines: false);
            if (Peek() != ',') return;
            at++;
            Skip(newLines: true);
        }
    }

    private JsonObject Table(string path)
    {
        at += 2;
        var table = new JsonObject();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        while (true)
        {
            Separators();
            if (Peek() == '}') break;
            if (at == text.Length) throw Wrong("the hashtable does not end: } is missing");
            var (keyLine, key) = (line, Key());
            if (!seen.Add(key)) throw new PolicyTextException(keyLine, $"the key '{key}' is given twice");
            Skip(newLines: false);
            if (Peek() != '=') throw Wrong($"= is missing after '{key}'");
            at++;
            Skip(newLines: true);
            var place = PolicyDocument.Join(path, key);
            var value = Values(place);
            document.Place(place, keyLine);
            if (value is not null) table[key] = value;
            Skip(newLines: false);
            if (Peek() is not (';' or '\n' or '\r' or '}')) throw Wrong($"a new line or ; is missing after the value of '{key}'");
        }
        at++;
        return table;
    }

    private JsonArray List(string path)
    {
        at += 2;
        var list = new JsonArray();
        while (true)
        {
            Separators();
            if (Peek() == ')') break;
            if (at == text.Length) throw Wrong("the list does not end: ) is missing");
            Items(list, path);
            Skip(newLines: false);
            if (Peek() is not (';' or '\n' or '\r' or ')')) throw Wrong("a comma, a new line or ) is missing in the list");
        }
        at++;
        return list;
    }

    private JsonNode? Group(string path)
    {
        at++;
        Skip(newLines: true);
        var value = Values(path);
        Skip(newLines: true);
        if (Peek() != ')') throw Wrong(") is missing: a data file computes nothing");
        at++;
        return value;
    }

    private string Key()
    {
        if (Peek() is '\'' or '"') return Quoted().GetValue<string>();
        var start = at;
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or '-' or '.')) at++;
        if (at == start) throw Wrong("a key is a word or a text in quotes");
        return text[start..at];
    }

    private JsonValue? Constant()
    {
        var start = ++at;
        while (at < text.Length && (char.IsLetterOrDigit(text[at]) || text[at] is '_' or ':' or '(')) at++;
        switch (text[start..at].ToUpperInvariant())
        {
            case "TRUE": return JsonValue.Create(true);
            case "FALSE": return JsonValue.Create(false);
            case "NULL": return null;
            default:
                at = start - 1;
                throw Wrong("only $true, $false and $null are allowed: a policy is read, never executed");
        }
    }

    private JsonValue Number()
    {
        var start = at;
        if (Peek() is '+' or '-') at++;
        while (at < text.Length && (char.IsAsciiLetterOrDigit(text[at]) || text[at] == '.' || (text[at] is '+' or '-' && text[at - 1] is 'e' or 'E'))) at++;
        var written = text[start..at];
        var unit = written.Length > 2 ? Units.GetValueOrDefault(written[^2..].ToUpperInvariant()) : 0;
        if (double.TryParse(unit > 0 ? written[..^2] : written, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            return JsonValue.Create(unit > 0 ? (number * unit).ToString("R", CultureInfo.InvariantCulture) : written.TrimStart('+'))!;
        at = start;
        throw Wrong($"'{written}' is no number; texts need quotes");
    }

    private static readonly Dictionary<string, double> Units = new(StringComparer.Ordinal) { ["KB"] = 1024, ["MB"] = 1024 * 1024, ["GB"] = 1024d * 1024 * 1024 };

    private JsonValue Quoted()
    {
        var quote = text[at++];
        var (found, startLine) = (new StringBuilder(), line);
        while (true)
        {
            if (at == text.Length) throw new PolicyTextException(startLine, "the text does not end: a quote is missing");
            var c = text[at++];
            if (c == '\n') line++;
            if (c == quote)
            {
                if (Peek() != quote) return JsonValue.Create(found.ToString())!;
                at++;
            }
            else if (quote == '"')
            {
                c = Expanded(c);
            }
            found.Append(c);
        }
    }

    /// <summary>A text in double quotes knows escapes; a variable in it would have to be executed.</summary>
    private char Expanded(char c)
    {
        if (c == '$' && at < text.Length && (char.IsLetter(text[at]) || text[at] is '(' or '{' or '_' or '?' or '$'))
            throw Wrong("a text in double quotes may hold no $variable; use single quotes");
        if (c != '`' || at == text.Length) return c;
        return text[at++] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', '0' => '\0', var other => other };
    }

    private JsonValue HereText()
    {
        var (quote, startLine) = (text[at + 1], line);
        var begin = text.IndexOf('\n', at);
        var end = begin < 0 ? -1 : text.IndexOf($"\n{quote}@", begin, StringComparison.Ordinal);
        if (end < 0) throw new PolicyTextException(startLine, $"the here-string does not end with {quote}@ at the beginning of a line");
        var body = end == begin ? "" : text[(begin + 1)..end].TrimEnd('\r');
        if (quote == '"' && body.Contains('$', StringComparison.Ordinal)) throw new PolicyTextException(startLine, "a text in double quotes may hold no $variable; use single quotes");
        for (var i = at; i < end + 1; i++)
            if (text[i] == '\n') line++;
        at = end + 3;
        return JsonValue.Create(body)!;
    }

    private void Separators()
    {
        Skip(newLines: true);
        while (Peek() == ';')
        {
            at++;
            Skip(newLines: true);
        }
    }

    /// <summary>Blanks, remarks and continued lines; with <paramref name="newLines"/> ends of lines as well.</summary>
    private void Skip(bool newLines)
    {
        while (at < text.Length)
        {
            var c = text[at];
            if (c == '#') while (at < text.Length && text[at] != '\n') at++;
            else if (Starts("<#")) Remark();
            else if (c == '`' && at + 1 < text.Length && text[at + 1] is '\r' or '\n') Continue();
            else if (c is '\n' or '\r' ? newLines : char.IsWhiteSpace(c) || c == '\uFEFF') Step();
            else return;
        }
    }

    private void Remark()
    {
        var end = text.IndexOf("#>", at, StringComparison.Ordinal);
        if (end < 0) throw Wrong("the remark does not end: #> is missing");
        while (at < end + 2) Step();
    }

    private void Continue()
    {
        at++;
        if (Peek() == '\r') at++;
        if (Peek() == '\n') Step();
    }

    private void Step()
    {
        if (text[at++] == '\n') line++;
    }

    private char Peek() => at < text.Length ? text[at] : '\0';

    private bool Starts(string what) => string.CompareOrdinal(text, at, what, 0, what.Length) == 0;

    private PolicyTextException Wrong(string message) => new(line, message);
}
