using System.Diagnostics.CodeAnalysis;

namespace PatchOps.Core.Scoring.Cvss;

/// <summary>
/// Reads vector strings. 2.0 and 3.x take their metrics in any order. 4.0 wants the base metrics first and in order (specification,
/// section 7); its optional metrics are taken in any order after them, because published vectors have them so.
/// </summary>
internal static class CvssParser
{
    private const string Label = "CVSS:";

    public static bool TryParse(string? text, out CvssVector vector, [NotNullWhen(false)] out string? error)
    {
        vector = default;
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty)
        {
            error = "The CVSS vector is empty.";
            return false;
        }
        if (rest[0] == '(' && rest.Length > 1 && rest[^1] == ')') rest = rest[1..^1];
        if (!TakeVersion(ref rest, out var version, out error)) return false;
        return TakeMetrics(rest, version, out vector, out error);
    }

    private static bool TakeVersion(ref ReadOnlySpan<char> rest, out CvssVersion version, [NotNullWhen(false)] out string? error)
    {
        error = null;
        version = CvssVersion.V20;
        if (!rest.StartsWith(Label)) return true;
        var end = rest.IndexOf('/');
        var name = end < 0 ? rest[Label.Length..] : rest[Label.Length..end];
        version = name switch
        {
            "3.1" => CvssVersion.V31,
            "3.0" => CvssVersion.V30,
            "4.0" => CvssVersion.V40,
            "2.0" => CvssVersion.V20,
            _ => 0,
        };
        if (version == 0)
        {
            error = $"CVSS version '{name}' is unknown; 2.0, 3.0, 3.1 and 4.0 are scored.";
            return false;
        }
        rest = end < 0 ? [] : rest[(end + 1)..];
        return true;
    }

    private static bool TakeMetrics(
        ReadOnlySpan<char> rest, CvssVersion version, out CvssVector vector, [NotNullWhen(false)] out string? error)
    {
        var metrics = CvssGrammar.Of(version);
        vector = default;
        ulong low = 0, high = 0;
        var expected = 0;
        while (!rest.IsEmpty)
        {
            var slash = rest.IndexOf('/');
            var part = slash < 0 ? rest : rest[..slash];
            var colon = part.IndexOf(':');
            if (colon <= 0 || (slash >= 0 && slash == rest.Length - 1))
            {
                error = slash == rest.Length - 1 && colon > 0
                    ? $"The vector ends in '/' after '{part}'."
                    : $"'{part}' is not a metric and its value (NAME:VALUE).";
                return false;
            }
            var index = IndexOf(metrics, part[..colon], expected);
            if (index < 0)
            {
                error = Unknown(part[..colon], version);
                return false;
            }
            var metric = metrics[index];
            var code = metric.CodeOf(part[(colon + 1)..]);
            if (code == 0)
            {
                error = $"Metric {metric.Name} has the value '{part[(colon + 1)..]}'; " +
                    $"CVSS {CvssGrammar.NameOf(version)} allows {string.Join(", ", metric.Values)}.";
                return false;
            }
            var shift = (index & 15) * 4;
            ref var half = ref index < 16 ? ref low : ref high;
            if (((half >> shift) & 15) != 0)
            {
                error = $"Metric {metric.Name} is given twice.";
                return false;
            }
            half |= (ulong)code << shift;
            if (version == CvssVersion.V40 && metric.Group == CvssGroup.Base && index != expected)
            {
                error = $"Metric {metric.Name} is out of order: CVSS 4.0 wants {metrics[expected].Name} at its place.";
                return false;
            }
            expected = index + 1;
            if (version == CvssVersion.V40 && metric.Group != CvssGroup.Base && !HasBase(low, version))
            {
                error = Missing(low, version);
                return false;
            }
            rest = slash < 0 ? [] : rest[(slash + 1)..];
        }
        if (!HasBase(low, version))
        {
            error = Missing(low, version);
            return false;
        }
        error = null;
        vector = new CvssVector(version, low, high);
        return true;
    }

    /// <summary>Starts at the metric that should come next: in canonical order every look-up is one comparison.</summary>
    private static int IndexOf(CvssMetric[] metrics, ReadOnlySpan<char> name, int expected)
    {
        for (var i = expected; i < metrics.Length; i++)
        {
            if (name.SequenceEqual(metrics[i].Name)) return i;
        }
        for (var i = 0; i < expected; i++)
        {
            if (name.SequenceEqual(metrics[i].Name)) return i;
        }
        return -1;
    }

    private static bool HasBase(ulong low, CvssVersion version)
    {
        for (var i = CvssGrammar.BaseCount(version) - 1; i >= 0; i--)
        {
            if (((low >> (i * 4)) & 15) == 0) return false;
        }
        return true;
    }

    private static string Missing(ulong low, CvssVersion version)
    {
        var missing = CvssGrammar.Of(version)
            .Where((m, i) => m.Group == CvssGroup.Base && ((low >> (i * 4)) & 15) == 0)
            .Select(m => m.Name)
            .ToArray();
        return missing.Length == 1
            ? $"Metric {missing[0]} is missing; CVSS {CvssGrammar.NameOf(version)} needs it."
            : $"Metrics {string.Join(", ", missing)} are missing; CVSS {CvssGrammar.NameOf(version)} needs them.";
    }

    private static string Unknown(ReadOnlySpan<char> name, CvssVersion version)
    {
        var text = $"Metric '{name}' is unknown in CVSS {CvssGrammar.NameOf(version)}.";
        if (version != CvssVersion.V20) return text;
        foreach (var other in (ReadOnlySpan<CvssVersion>)[CvssVersion.V31, CvssVersion.V40])
        {
            if (CvssGrammar.IndexOf(other, name.ToString()) >= 0)
                return text + $" A vector of a later version starts with it, as in {CvssGrammar.PrefixOf(other)}…";
        }
        return text;
    }
}
