using System.Runtime.CompilerServices;

namespace PatchOps.Domain;

/// <summary>Argument checks of the domain's records: a value that does not fit never constructs.</summary>
internal static class Require
{
    public static string Text(string? value, [CallerMemberName] string name = "") =>
        string.IsNullOrWhiteSpace(value) ? throw new ArgumentException($"{name} must not be empty.", name) : value;

    public static string? OptionalText(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;

    public static int? Between(int? value, int low, int high, [CallerMemberName] string name = "") =>
        value is null || (value >= low && value <= high)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must lie between {low} and {high}.");

    public static double? NotNegative(double? value, [CallerMemberName] string name = "") =>
        value is null || (double.IsFinite(value.Value) && value >= 0)
            ? value
            : throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number, zero or more.");

    /// <summary>Refuses NaN and infinities: JSON cannot carry them.</summary>
    public static double Finite(double value, [CallerMemberName] string name = "") =>
        double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must be a finite number.");

    /// <inheritdoc cref="Finite(double, string)"/>
    public static double? Finite(double? value, [CallerMemberName] string name = "") => value is null ? null : Finite(value.Value, name);

    /// <summary>Trimmed, without empty entries, without repeats, order kept.</summary>
    public static IReadOnlyList<string> Names(IReadOnlyList<string>? values)
    {
        if (values is null || values.Count == 0) return [];
        if (values.Count <= 16 && Clean(values)) return [.. values];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        return values.Select(v => v?.Trim() ?? "").Where(v => v.Length > 0 && seen.Add(v)).ToArray();
    }

    /// <summary>True for a short list that is as it should be already, as most are.</summary>
    private static bool Clean(IReadOnlyList<string> values)
    {
        for (var i = 0; i < values.Count; i++)
        {
            if (values[i] is not { Length: > 0 } one || char.IsWhiteSpace(one[0]) || char.IsWhiteSpace(one[^1])) return false;
            for (var j = 0; j < i; j++)
                if (values[j] == one) return false;
        }
        return true;
    }
}
