using PatchOps.Core.Scoring.Cvss;
using PatchOps.Core.Scoring.Ssvc;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Risk;

/// <summary>Turns what a store knows of a vulnerability into what the model takes.</summary>
internal static class ThreatReading
{
    /// <summary>Null where the vulnerability was rejected.</summary>
    public static CveFacts? Facts(string id, ThreatFacts threat) => !threat.InForce ? null : new CveFacts
    {
        Id = id,
        Cvss = CvssVector.TryParse(threat.CvssVector, out var vector) ? vector : default,
        CvssScore = threat.CvssScore is >= 0 and <= 10 ? threat.CvssScore : null,
        Epss = threat.Epss,
        KevAdded = threat.KevAdded,
        Ransomware = threat.Ransomware,
        Ssvc = threat.Ssvc is { } s ? Options(s.Exploitation, s.Automatable, s.TechnicalImpact) : default,
    };

    private static SsvcOptions Options(string? exploitation, string? automatable, string? impact)
    {
        try
        {
            return SsvcOptions.Parse(exploitation, automatable, impact);
        }
        catch (FailureException)
        {
            // A record with a value that no table knows says nothing about SSVC; everything else it says still counts.
            return default;
        }
    }
}
