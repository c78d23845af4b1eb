namespace PatchOps.Core.Scoring.Ssvc;

/// <summary>
/// The other published SSVC tables: those of suppliers and coordinators, and those that compose a decision point from others. They are
/// written as those in <see cref="SsvcTables"/>.
/// </summary>
public static class SsvcPublishedTables
{
    /// <summary>Supplier Patch Development Priority, version 1.0.0: 36 combinations.</summary>
    public static SsvcTable Supplier { get; } = new(
        "supplier", "1.0.0",
        [
            new("Exploitation", ["None", "Public PoC", "Active"]),
            new("Utility", ["Laborious", "Efficient", "Super Effective"]),
            new("Technical Impact", ["Partial", "Total"]),
            new("Public Safety Impact", ["Minimal", "Significant"]),
        ],
        ["Defer", "Scheduled", "OutOfCycle", "Immediate"],
        "011212121222" +
        "121313232323" +
        "232323233333");

    /// <summary>Coordinator Triage, version 1.0.0: 192 combinations.</summary>
    public static SsvcTable CoordinatorTriage { get; } = new(
        "coordinator-triage", "1.0.0",
        [
            new("Report Public", ["Yes", "No"]),
            new("Supplier Contacted", ["No", "Yes"]),
            new("Report Credibility", ["Not Credible", "Credible"]),
            new("Supplier Cardinality", ["One", "Multiple"]),
            new("Supplier Engagement", ["Active", "Unresponsive"]),
            new("Utility", ["Laborious", "Efficient", "Super Effective"]),
            new("Public Safety Impact", ["Minimal", "Significant"]),
        ],
        ["Decline", "Track", "Coordinate"],
        "000000000000000002000002" +
        "000000000000000002000002" +
        "000000000000000002000002" +
        "000000000000000002000002" +
        "000000000000000002000002" +
        "000000000000000002000002" +
        "000101000101010112010112" +
        "000101122222010122222222");

    /// <summary>Coordinator Publish, version 1.0.0: 27 combinations.</summary>
    public static SsvcTable CoordinatorPublish { get; } = new(
        "coordinator-publish", "1.0.0",
        [
            new("Supplier Involvement", ["Fix Ready", "Cooperative", "Uncooperative/Unresponsive"]),
            new("Exploitation", ["None", "Public PoC", "Active"]),
            new("Public Value Added", ["Limited", "Ampliative", "Precedence"]),
        ],
        ["Do Not Publish", "Publish"],
        "001001011" +
        "001001011" +
        "001011111");

    /// <summary>Human Impact, version 1.0.0: 16 combinations.</summary>
    public static SsvcTable HumanImpact { get; } = new(
        "human-impact", "1.0.0",
        [
            new("Safety Impact", ["Negligible", "Marginal", "Critical", "Catastrophic"]),
            new("Mission Impact", ["Degraded", "MEF Support Crippled", "MEF Failure", "Mission Failure"]),
        ],
        ["Low", "Medium", "High", "Very High"],
        "0013001312233333");

    /// <summary>Public Safety Impact, version 1.0.0: 4 combinations.</summary>
    public static SsvcTable PublicSafetyImpact { get; } = new(
        "public-safety-impact", "1.0.0",
        [
            new("Safety Impact", ["Negligible", "Marginal", "Critical", "Catastrophic"]),
        ],
        ["Minimal", "Significant"],
        "0111");

    /// <summary>Utility, version 1.0.0: 4 combinations.</summary>
    public static SsvcTable Utility { get; } = new(
        "utility", "1.0.0",
        [
            new("Automatable", ["No", "Yes"]),
            new("Value Density", ["Diffuse", "Concentrated"]),
        ],
        ["Laborious", "Efficient", "Super Effective"],
        "0112");
}
