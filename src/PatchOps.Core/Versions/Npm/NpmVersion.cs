using System.Globalization;
using PatchOps.Core.Versions.Orders;

namespace PatchOps.Core.Versions.Npm;

/// <summary>A version inside an npm range: three numbers up to 2⁵³−1 and a pre-release, empty for the release itself.</summary>
internal sealed record NpmVersion(long Major, long Minor, long Patch, string Label) : IComparable<NpmVersion>
{
    public const long MostNumber = (1L << 53) - 1;

    /// <returns>Null when npm takes the text for no version.</returns>
    public static NpmVersion? Read(ReadOnlySpan<char> text, bool loose)
    {
        if (NpmText.Fault(text, loose) is not null) return null;
        NpmText.Split(text, out var numbers, out var label);
        return new NpmVersion(Next(ref numbers), Next(ref numbers), Next(ref numbers), Normalise(label));
    }

    public bool SameNumbers(NpmVersion other) => Major == other.Major && Minor == other.Minor && Patch == other.Patch;

    public int CompareTo(NpmVersion? other)
    {
        if (other is null) return 1;
        var result = Major.CompareTo(other.Major);
        if (result == 0) result = Minor.CompareTo(other.Minor);
        if (result == 0) result = Patch.CompareTo(other.Patch);
        return result != 0 ? result : Identifiers.Compare(Label, other.Label);
    }

    public override string ToString() => Label.Length == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}")
        : string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}-{Label}");

    private static long Next(ref ReadOnlySpan<char> numbers) =>
        long.Parse(Identifiers.Take(ref numbers, out _), NumberStyles.None, CultureInfo.InvariantCulture);

    /// <summary>Numbers without their leading zeros, as node-semver prints them.</summary>
    public static string Normalise(ReadOnlySpan<char> label)
    {
        if (label.IsEmpty) return "";
        var parts = label.ToString().Split('.');
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].Length > 1 && parts[i][0] == '0' && Digits.AreAll(parts[i])) parts[i] = Digits.IsZero(parts[i]) ? "0" : parts[i].TrimStart('0');
        }
        return string.Join('.', parts);
    }
}
