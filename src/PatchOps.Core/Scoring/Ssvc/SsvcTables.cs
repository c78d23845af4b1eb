namespace PatchOps.Core.Scoring.Ssvc;

/// <summary>
/// The published decision tables by which a deployer chooses: CISA's coordinator table, the deployer table and BOD 26-04. Facts from the
/// machine-readable tables of CERT/CC (data/csv). Outcomes are digits into the outcome's values, the last decision point fastest.
/// </summary>
public static class SsvcTables
{
    /// <summary>The tables that a policy may choose, by id.</summary>
    public static IReadOnlyList<SsvcTable> Choices => [Coordinator, Deployer, Bod2604];

    /// <summary>Chosen by id, whatever its case.</summary>
    /// <exception cref="Domain.FailureException"><c>SsvcTableUnknown</c>.</exception>
    public static SsvcTable Named(string id) =>
        Choices.FirstOrDefault(t => t.Id.Equals(id?.Trim(), StringComparison.OrdinalIgnoreCase))
        ?? throw new Domain.FailureException(
            "SsvcTableUnknown", Domain.FailureKind.InvalidInput,
            $"There is no SSVC table '{id}'; choose {string.Join(", ", Choices.Select(t => t.Id))}.", id, "Correct the policy; Test-PatchPolicy checks it.");

    /// <summary>CISA Coordinator, version 2.0.3: 36 combinations.</summary>
    public static SsvcTable Coordinator { get; } = new(
        "coordinator", "2.0.3",
        [
            new("Exploitation", ["None", "Public PoC", "Active"]),
            new("Automatable", ["No", "Yes"]),
            new("Technical Impact", ["Partial", "Total"]),
            new("Mission and Well-Being Impact", ["Low", "Medium", "High"]),
        ],
        ["Track", "Track*", "Attend", "Act"],
        "000001002002" +
        "001012002012" +
        "002023223233");

    /// <summary>Deployer Patch Application Priority, version 1.0.0: 72 combinations.</summary>
    public static SsvcTable Deployer { get; } = new(
        "deployer", "1.0.0",
        [
            new("Exploitation", ["None", "Public PoC", "Active"]),
            new("System Exposure", ["Small", "Controlled", "Open"]),
            new("Automatable", ["No", "Yes"]),
            new("Human Impact", ["Low", "Medium", "High", "Very High"]),
        ],
        ["Defer", "Scheduled", "OutOfCycle", "Immediate"],
        "001101110111111101111112" +
        "011111110111111211121122" +
        "112212221122222212232233");

    /// <summary>CISA BOD 26-04, version 1.0.0: 16 combinations.</summary>
    public static SsvcTable Bod2604 { get; } = new(
        "bod-26-04", "1.0.0",
        [
            new("In KEV", ["No", "Yes"]),
            new("Publicly Exposed", ["No", "Yes"]),
            new("Automatable", ["No", "Yes"]),
            new("Technical Impact", ["Partial", "Total"]),
        ],
        ["Fix on system upgrade", "60 days", "14 days", "3 days", "3 days & forensic investigation"],
        "0011122322242434");
}
