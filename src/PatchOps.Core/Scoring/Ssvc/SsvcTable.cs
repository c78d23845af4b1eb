using System.Diagnostics.CodeAnalysis;
using PatchOps.Domain;

namespace PatchOps.Core.Scoring.Ssvc;

/// <summary>One decision point of a table and its values, the least urgent first.</summary>
public sealed record SsvcDecisionPoint(string Name, IReadOnlyList<string> Values)
{
    /// <summary>Place of a value, whatever its case, blanks, hyphens or underscores; CISA's records write <c>poc</c> for "Public PoC".</summary>
    public bool TryIndexOf(string? value, out int index)
    {
        index = -1;
        if (string.IsNullOrWhiteSpace(value)) return false;
        for (var i = 0; i < Values.Count && index < 0; i++)
        {
            if (SsvcText.Same(Values[i], value) || (SsvcText.Same(Values[i], "Public PoC") && SsvcText.Same(value, "poc"))) index = i;
        }
        return index >= 0;
    }
}

/// <summary>A published decision table: a total function from the values of its decision points to an outcome.</summary>
public sealed class SsvcTable
{
    private readonly byte[] outcomes;

    internal SsvcTable(string id, string version, SsvcDecisionPoint[] points, string[] outcomeValues, string digits)
    {
        Id = id;
        Version = version;
        Points = points;
        Outcomes = outcomeValues;
        outcomes = [.. digits.Select(d => (byte)(d - '0'))];
        var rows = points.Aggregate(1, (n, p) => n * p.Values.Count);
        if (rows != outcomes.Length || outcomes.Any(o => o >= outcomeValues.Length))
            throw new ArgumentException($"SSVC table {id} has {outcomes.Length} outcomes for {rows} combinations.", nameof(digits));
    }

    /// <summary>Name that a policy uses: <c>deployer</c>, <c>coordinator</c>, <c>bod-26-04</c>.</summary>
    public string Id { get; }

    public string Version { get; }

    public IReadOnlyList<SsvcDecisionPoint> Points { get; }

    /// <summary>The least urgent first.</summary>
    public IReadOnlyList<string> Outcomes { get; }

    /// <summary>Outcome for one value of each decision point, in the table's order, whatever their case.</summary>
    /// <exception cref="FailureException"><c>SsvcValueUnknown</c>: names the decision point and its values.</exception>
    public string Decide(params string[] values)
    {
        if (values.Length != Points.Count)
            throw new FailureException(
                "SsvcValueUnknown", FailureKind.InvalidInput,
                $"SSVC table {Id} has {Points.Count} decision points ({string.Join(", ", Points.Select(p => p.Name))}), not {values.Length}.");
        var row = 0;
        for (var i = 0; i < values.Length; i++)
        {
            if (!Points[i].TryIndexOf(values[i], out var index))
                throw new FailureException(
                    "SsvcValueUnknown", FailureKind.InvalidInput,
                    $"'{values[i]}' is no value of {Points[i].Name}; there are {string.Join(", ", Points[i].Values)}.", Points[i].Name);
            row = (row * Points[i].Values.Count) + index;
        }
        return Outcomes[outcomes[row]];
    }

    /// <summary>Place of the outcome for places of values; for the hot path, which has no text.</summary>
    internal int Decide(ReadOnlySpan<byte> indexes)
    {
        var row = 0;
        for (var i = 0; i < indexes.Length; i++) row = (row * Points[i].Values.Count) + indexes[i];
        return outcomes[row];
    }

    public override string ToString() => $"{Id} {Version}";
}

internal static class SsvcText
{
    /// <summary>Equal apart from case, blanks, hyphens and underscores.</summary>
    public static bool Same([NotNullWhen(true)] string? one, [NotNullWhen(true)] string? other)
    {
        if (one is null || other is null) return false;
        int i = 0, j = 0;
        while (true)
        {
            while (i < one.Length && Separates(one[i])) i++;
            while (j < other.Length && Separates(other[j])) j++;
            if (i == one.Length || j == other.Length) return i == one.Length && j == other.Length;
            if (char.ToLowerInvariant(one[i++]) != char.ToLowerInvariant(other[j++])) return false;
        }
    }

    private static bool Separates(char c) => c is ' ' or '-' or '_' or '\t';
}
