using System.Globalization;
using PatchOps.Core.Scoring.Cvss;
using PatchOps.Domain;

namespace PatchOps.Core.Scoring.Ssvc;

/// <summary>Derives decision points from facts and looks the outcome up in the table that the policy chose.</summary>
public sealed class SsvcAssessor
{
    private readonly SsvcPolicy policy;
    private readonly int defaultCriticality;
    private readonly AssetExposure defaultExposure;
    private readonly Kind kind;

    /// <param name="table">One of <see cref="SsvcTables.Choices"/>.</param>
    /// <param name="policy">How facts become values.</param>
    /// <param name="defaultCriticality">Of assets that state none, 1–5.</param>
    /// <param name="defaultExposure">Of assets that state none.</param>
    /// <exception cref="FailureException"><c>SsvcTableUnknown</c> or <c>RiskPolicyInvalid</c>.</exception>
    public SsvcAssessor(SsvcTable table, SsvcPolicy policy, int defaultCriticality = 3, AssetExposure defaultExposure = AssetExposure.Internal)
    {
        Table = table;
        this.policy = policy;
        this.defaultCriticality = defaultCriticality is >= 1 and <= 5 ? defaultCriticality : throw new ArgumentOutOfRangeException(nameof(defaultCriticality), defaultCriticality, "Criticality lies between 1 and 5.");
        this.defaultExposure = defaultExposure;
        kind = table == SsvcTables.Coordinator ? Kind.Coordinator
            : table == SsvcTables.Deployer ? Kind.Deployer
            : table == SsvcTables.Bod2604 ? Kind.Bod
            : throw new FailureException(
                "SsvcTableUnknown", FailureKind.InvalidInput, $"SSVC table '{table.Id}' does not decide about patches.", table.Id,
                $"Choose {string.Join(", ", SsvcTables.Choices.Select(t => t.Id))}.");
        if (policy.Faults().FirstOrDefault() is { } fault)
            throw new FailureException("RiskPolicyInvalid", FailureKind.InvalidInput, $"The policy's SSVC section: {fault}");
    }

    private enum Kind { Coordinator, Deployer, Bod }

    public SsvcTable Table { get; }

    /// <summary>Place of the outcome in the table's outcomes, the least urgent 0. Makes no text and no garbage.</summary>
    public int Outcome(in SsvcFacts facts)
    {
        Span<byte> values = stackalloc byte[4];
        Derive(facts, values);
        return Table.Decide(values);
    }

    /// <summary>The outcome with the fact behind each decision point.</summary>
    public SsvcAssessment Assess(in SsvcFacts facts)
    {
        Span<byte> values = stackalloc byte[4];
        Derive(facts, values);
        var points = new SsvcPoint[4];
        for (var i = 0; i < 4; i++)
        {
            var point = Table.Points[i];
            points[i] = new SsvcPoint(point.Name, point.Values[values[i]], Because(point.Name, facts));
        }
        return new SsvcAssessment(Table.Id, Table.Version, Table.Outcomes[Table.Decide(values)], points);
    }

    private void Derive(in SsvcFacts facts, Span<byte> values)
    {
        var exploitation = (byte)Exploitation(facts);
        var automatable = (byte)(Automatable(facts) ? 1 : 0);
        var impact = (byte)(TotalImpact(facts) ? 1 : 0);
        var criticality = (facts.Criticality ?? defaultCriticality) - 1;
        var exposure = facts.Exposure ?? defaultExposure;
        switch (kind)
        {
            case Kind.Coordinator:
                (values[0], values[1], values[2], values[3]) = (exploitation, automatable, impact, (byte)policy.MissionImpact[criticality]);
                break;
            case Kind.Deployer:
                (values[0], values[1], values[2], values[3]) =
                    (exploitation, (byte)policy.SystemExposure[(int)exposure], automatable, (byte)policy.HumanImpact[criticality]);
                break;
            default:
                (values[0], values[1], values[2], values[3]) =
                    ((byte)(facts.KevAdded is null ? 0 : 1), (byte)(exposure == AssetExposure.Internet ? 1 : 0), automatable, impact);
                break;
        }
    }

    private SsvcExploitation Exploitation(in SsvcFacts facts)
    {
        if (facts.KevAdded is not null) return SsvcExploitation.Active;
        var recorded = facts.Record.Exploitation ?? SsvcExploitation.None;
        return facts.Epss >= policy.PublicPocEpss && recorded < SsvcExploitation.PublicPoc ? SsvcExploitation.PublicPoc : recorded;
    }

    // Unknown counts as yes and total, so that a missing fact never makes a vulnerability look harmless.
    private static bool Automatable(in SsvcFacts facts) =>
        facts.Record.Automatable ?? (!facts.Cvss.IsKnown || CvssTraits.Automatable(facts.Cvss));

    private static bool TotalImpact(in SsvcFacts facts) => facts.Record.TechnicalImpact is { } recorded
        ? recorded == SsvcTechnicalImpact.Total
        : !facts.Cvss.IsKnown || CvssTraits.TotalImpact(facts.Cvss);

    private string Because(string point, in SsvcFacts facts) => point switch
    {
        "Exploitation" => BecauseExploitation(facts),
        "In KEV" => facts.KevAdded is { } day ? $"listed in KEV on {Iso(day)}" : "no KEV entry",
        "Automatable" => facts.Record.Automatable is not null ? "SSVC option of the CVE record"
            : facts.Cvss.IsKnown ? $"no SSVC option; from {facts.Cvss}" : "neither SSVC option nor CVSS vector: the cautious value",
        "Technical Impact" => facts.Record.TechnicalImpact is not null ? "SSVC option of the CVE record"
            : facts.Cvss.IsKnown ? $"no SSVC option; from {facts.Cvss}" : "neither SSVC option nor CVSS vector: the cautious value",
        "Mission and Well-Being Impact" or "Human Impact" => facts.Criticality is { } criticality
            ? $"criticality {criticality} of the asset"
            : $"criticality not stated; the policy's default is {defaultCriticality}",
        _ => facts.Exposure is { } exposure
            ? $"exposure {exposure} of the asset"
            : $"exposure not stated; the policy's default is {defaultExposure}",
    };

    private string BecauseExploitation(in SsvcFacts facts)
    {
        if (facts.KevAdded is { } day) return $"listed in KEV on {Iso(day)}";
        var epss = facts.Epss is { } e ? string.Create(CultureInfo.InvariantCulture, $"EPSS {e:0.####}") : "EPSS not known";
        var exploitation = Exploitation(facts);
        if (facts.Record.Exploitation == exploitation) return $"SSVC option of the CVE record; no KEV entry; {epss}";
        return exploitation == SsvcExploitation.PublicPoc
            ? string.Create(CultureInfo.InvariantCulture, $"{epss} is {policy.PublicPocEpss} or more; no KEV entry")
            : $"no KEV entry, no SSVC option; {epss}";
    }

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
