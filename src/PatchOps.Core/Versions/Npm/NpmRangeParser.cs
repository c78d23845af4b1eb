using System.Text;

namespace PatchOps.Core.Versions.Npm;

/// <summary>Turns a range's text into sets of comparators: one set per alternative.</summary>
internal sealed class NpmRangeParser(bool loose, bool includePrerelease)
{
    private static readonly string[] Operators = ["~>", ">=", "<=", "~", "^", ">", "<", "="];

    /// <summary>The pre-release that comes first: a lower bound with it lets all pre-releases in.</summary>
    private string Lowest => includePrerelease ? "0" : "";

    /// <returns>Null when the text is no range.</returns>
    public NpmComparator[][]? Read(string range)
    {
        var sets = new List<NpmComparator[]>();
        foreach (var alternative in Collapse(range).Split("||"))
        {
            var set = ReadSet(WithoutBuild(alternative.Trim()));
            if (set is null) return null;
            if (set.Length > 0) sets.Add(set);
        }
        if (sets.Count == 0) return null;
        var possible = sets.FindAll(set => !set[0].IsNothing);
        if (possible.Count == 0) return [sets[0]];
        return possible.Find(set => set is [{ IsAny: true }]) is { } any ? [any] : [.. possible];
    }

    private NpmComparator[]? ReadSet(string text)
    {
        var comparators = new List<NpmComparator>();
        if (!TryReadHyphen(text, comparators))
        {
            foreach (var token in Tokens(text))
            {
                if (!TryReadToken(token, comparators) && !loose) return null;
            }
        }
        if (comparators.Exists(c => c.Version is { } v && Math.Max(v.Major, Math.Max(v.Minor, v.Patch)) > NpmVersion.MostNumber)) return null;
        if (comparators.Find(c => c.IsNothing) is { } nothing) return [nothing];
        // At or above the lowest version there is says nothing.
        var bounds = comparators.ConvertAll(c => c.Operator == NpmOperator.GreaterOrEqual && c.Version == new NpmVersion(0, 0, 0, Lowest) ? NpmComparator.Any : c);
        var distinct = bounds.Distinct().ToList();
        if (distinct.Count > 1) distinct.Remove(NpmComparator.Any);
        return [.. distinct];
    }

    private bool TryReadHyphen(string text, List<NpmComparator> into)
    {
        var at = text.IndexOf(" - ", StringComparison.Ordinal);
        if (at < 0) return false;
        if (NpmPartial.Read(text[..at], loose) is not { } from || NpmPartial.Read(text[(at + 3)..], loose) is not { } to) return false;
        // A whole version is taken as it is written, so that it must be one; what has an x is spelled out anew.
        if (from.IsFull && NpmVersion.Read(text[..at], loose) is null) return false;
        if (to is { IsFull: true, Label.Length: 0 } && !includePrerelease && NpmVersion.Read(text[(at + 3)..], loose) is null) return false;
        if (from.Major is { } major)
        {
            var label = from.IsFull && from.Label.Length > 0 ? from.Label : Lowest;
            into.Add(new NpmComparator(NpmOperator.GreaterOrEqual, new NpmVersion(major, from.Minor ?? 0, from.Minor is null ? 0 : from.Patch ?? 0, label)));
        }
        if (to.Major is { } last)
        {
            if (to.Minor is not { } minor) AddBelow(into, last + 1, 0, 0);
            else if (to.Patch is not { } patch) AddBelow(into, last, minor + 1, 0);
            else if (to.Label.Length == 0 && includePrerelease) AddBelow(into, last, minor, patch + 1);
            else into.Add(new NpmComparator(NpmOperator.LessOrEqual, new NpmVersion(last, minor, patch, to.Label)));
        }
        if (into.Count == 0) into.Add(NpmComparator.Any);
        return true;
    }

    private bool TryReadToken(string token, List<NpmComparator> into)
    {
        var sign = Array.Find(Operators, o => token.StartsWith(o, StringComparison.Ordinal)) ?? "";
        var rest = token[sign.Length..];
        if (rest.Length == 0)
        {
            into.Add(NpmComparator.Any);
            return sign is not ("~" or "~>" or "^");
        }
        if (NpmPartial.Read(rest, loose) is not { } partial) return false;
        if (sign is "~" or "~>" or "^")
        {
            AddCompatible(partial, caret: sign == "^", into);
            return true;
        }
        if (!partial.HasRightOrder) return false;
        if (!partial.IsFull)
        {
            AddPartial(partial, sign, into);
            return true;
        }
        if (NpmVersion.Read(rest, loose) is not { } version) return false;
        into.Add(new NpmComparator(
            sign switch
            {
                "<" => NpmOperator.Less,
                "<=" => NpmOperator.LessOrEqual,
                ">" => NpmOperator.Greater,
                ">=" => NpmOperator.GreaterOrEqual,
                _ => NpmOperator.Equal,
            },
            version));
        return true;
    }

    // The tilde keeps the minor version, the caret the leftmost number that is not zero.
    private void AddCompatible(NpmPartial partial, bool caret, List<NpmComparator> into)
    {
        if (partial.Major is not { } major)
        {
            into.Add(NpmComparator.Any);
            return;
        }
        var minor = partial.Minor ?? 0;
        var patch = partial.Minor is null ? 0 : partial.Patch ?? 0;
        into.Add(new NpmComparator(NpmOperator.GreaterOrEqual, new NpmVersion(major, minor, patch, partial.IsFull ? partial.Label : Lowest)));
        if (partial.Minor is null || (caret && major != 0)) AddBelow(into, major + 1, 0, 0);
        else if (caret && partial.IsFull && minor == 0) AddBelow(into, major, minor, patch + 1);
        else AddBelow(into, major, minor + 1, 0);
    }

    private void AddPartial(NpmPartial partial, string sign, List<NpmComparator> into)
    {
        if (partial.Major is not { } major)
        {
            into.Add(sign is "<" or ">" ? NpmComparator.Nothing : NpmComparator.Any);
            return;
        }
        var next = partial.Minor is { } m ? new NpmVersion(major, m + 1, 0, "0") : new NpmVersion(major + 1, 0, 0, "0");
        var first = new NpmVersion(major, partial.Minor ?? 0, 0, Lowest);
        if (sign is "" or "=" or ">=") into.Add(new NpmComparator(NpmOperator.GreaterOrEqual, first));
        if (sign is "" or "=" or "<=") into.Add(new NpmComparator(NpmOperator.Less, next));
        if (sign == "<") into.Add(new NpmComparator(NpmOperator.Less, first with { Label = "0" }));
        if (sign == ">") into.Add(new NpmComparator(NpmOperator.GreaterOrEqual, next with { Label = Lowest }));
    }

    private static void AddBelow(List<NpmComparator> into, long major, long minor, long patch) =>
        into.Add(new NpmComparator(NpmOperator.Less, new NpmVersion(major, minor, patch, "0")));

    // An operator that stands alone belongs to what follows it.
    private static List<string> Tokens(string text)
    {
        var tokens = new List<string>();
        var pending = "";
        foreach (var word in text.Split(' '))
        {
            pending += word;
            if (pending.Length > 0 && pending.AsSpan().IndexOfAnyExcept("<>=~^") < 0) continue;
            tokens.Add(pending);
            pending = "";
        }
        if (pending.Length > 0) tokens.Add(pending);
        return tokens;
    }

    private static string Collapse(string text)
    {
        var words = text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words);
    }

    private static string WithoutBuild(string text)
    {
        var kept = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '+' || i + 1 == text.Length || !IsIdentifier(text[i + 1]))
            {
                kept.Append(text[i]);
                continue;
            }
            while (i + 1 < text.Length && (IsIdentifier(text[i + 1]) || (text[i + 1] == '.' && i + 2 < text.Length && IsIdentifier(text[i + 2])))) i++;
        }
        return kept.ToString();
    }

    private static bool IsIdentifier(char c) => char.IsAsciiLetterOrDigit(c) || c == '-';
}
