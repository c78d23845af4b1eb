using PatchOps.Core.Scoring.Cvss;
using PatchOps.Domain;

namespace PatchOps.Core.Scoring.Ssvc;

/// <summary>Evidence of exploitation, the least first.</summary>
public enum SsvcExploitation : byte { None, PublicPoc, Active }

/// <summary>How much of the software's behaviour an exploit controls.</summary>
public enum SsvcTechnicalImpact : byte { Partial, Total }

/// <summary>The SSVC options that a CVE record carries (CISA's ADP container); null where it does not say.</summary>
public readonly record struct SsvcOptions(SsvcExploitation? Exploitation, bool? Automatable, SsvcTechnicalImpact? TechnicalImpact)
{
    /// <summary>Reads the values as records write them, whatever their case (<c>none</c>, <c>PoC</c>, <c>public poc</c>, <c>Yes</c>, <c>total</c>).</summary>
    /// <exception cref="FailureException"><c>SsvcValueUnknown</c>: names the decision point and its values.</exception>
    public static SsvcOptions Parse(string? exploitation, string? automatable, string? technicalImpact)
    {
        var points = SsvcTables.Coordinator.Points;
        return new SsvcOptions(
            (SsvcExploitation?)Index(points[0], exploitation),
            Index(points[1], automatable) is { } yes ? yes == 1 : null,
            (SsvcTechnicalImpact?)Index(points[2], technicalImpact));
    }

    private static int? Index(SsvcDecisionPoint point, string? value)
    {
        if (string.IsNullOrWhiteSpace(value)) return null;
        return point.TryIndexOf(value, out var index)
            ? index
            : throw new FailureException(
                "SsvcValueUnknown", FailureKind.InvalidInput,
                $"'{value}' is no value of {point.Name}; there are {string.Join(", ", point.Values)}.", point.Name);
    }
}

/// <summary>All that decision points are derived from, for one vulnerability on one asset. Null stands for unknown.</summary>
public readonly record struct SsvcFacts
{
    /// <summary>Day of the KEV entry; null where there is none, or none yet on the day that is asked for.</summary>
    public DateOnly? KevAdded { get; init; }

    /// <summary>Chance of exploitation within 30 days, 0–1.</summary>
    public double? Epss { get; init; }

    public SsvcOptions Record { get; init; }

    public CvssVector Cvss { get; init; }

    /// <summary>1–5.</summary>
    public int? Criticality { get; init; }

    public AssetExposure? Exposure { get; init; }
}

/// <summary>Policy: how facts become values of decision points.</summary>
public sealed record SsvcPolicy
{
    public static SsvcPolicy Default { get; } = new();

    /// <summary>EPSS from which an exploit counts as public although no record says so: the threshold for which FIRST and Cyentia report
    /// 80 % coverage at 50 % efficiency.</summary>
    public double PublicPocEpss { get; init; } = 0.1;

    /// <summary>Human Impact (Low, Medium, High, Very High as 0–3) for criticality 1–5.</summary>
    public IReadOnlyList<int> HumanImpact { get; init; } = [0, 0, 1, 2, 3];

    /// <summary>Mission and Well-Being Impact (Low, Medium, High as 0–2) for criticality 1–5.</summary>
    public IReadOnlyList<int> MissionImpact { get; init; } = [0, 0, 1, 2, 2];

    /// <summary>System Exposure (Small, Controlled, Open as 0–2) for Isolated, Internal, Partner, Internet.</summary>
    public IReadOnlyList<int> SystemExposure { get; init; } = [0, 1, 1, 2];

    /// <summary>What contradicts itself or lies out of range, one sentence each; empty for a usable policy.</summary>
    public IEnumerable<string> Faults()
    {
        if (!(PublicPocEpss is >= 0 and <= 1)) yield return "PublicPocEpss must lie between 0 and 1.";
        if (!Rises(HumanImpact, 5, 3)) yield return "HumanImpact needs five values from 0 to 3 that never fall as criticality rises.";
        if (!Rises(MissionImpact, 5, 2)) yield return "MissionImpact needs five values from 0 to 2 that never fall as criticality rises.";
        if (!Rises(SystemExposure, 4, 2)) yield return "SystemExposure needs four values from 0 to 2 that never fall from Isolated to Internet.";
    }

    private static bool Rises(IReadOnlyList<int> values, int count, int greatest) =>
        values.Count == count && values.All(v => v >= 0 && v <= greatest) && values.Zip(values.Skip(1)).All(p => p.First <= p.Second);
}
