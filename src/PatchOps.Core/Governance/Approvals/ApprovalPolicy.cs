using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Core.Governance.Approvals;

/// <summary>An approval that policy asks for beyond the approver's own, where category, risk or hosts call for it.</summary>
public sealed record ApprovalDemand
{
    public required string Role { get; init => field = Text(value); }

    /// <summary>Different people; 1 or more.</summary>
    public int Quorum { get; init => field = value >= 1 ? value : throw new ArgumentException($"The quorum of an approval is {value}; it must be 1 or more."); } = 1;

    /// <summary>Categories that it is for; empty for Standard and Normal. Emergency must be named: what is not is reviewed after the fact.</summary>
    public IReadOnlyList<ChangeCategory> Categories { get; init; } = [];

    public ChangeRisk MinimumRisk { get; init; } = ChangeRisk.Low;

    /// <summary>Only where the plan changes one of these hosts …</summary>
    public AssetSelector For { get; init; } = new();

    /// <summary>… of at least this criticality, 1–5; 0 for any.</summary>
    public int MinimumCriticality { get; init => field = value is >= 0 and <= 5 ? value : throw new ArgumentException($"The minimum criticality is {value}; it must lie between 0 and 5."); }

    /// <summary>True for a peer's review of these hosts: never the author's own.</summary>
    public bool PeerReview { get; init; }

    /// <summary>True where only a certificate's signature counts.</summary>
    public bool Signed { get; init; }

    private static string Text(string value) => string.IsNullOrWhiteSpace(value) ? throw new ArgumentException("An approval names a role.") : value.Trim();
}

/// <summary>Whom missing approvals are told to, and when.</summary>
public sealed record EscalationPolicy
{
    /// <summary>So long after a plan was made, those who hold the role are reminded; zero or more.</summary>
    public TimeSpan RemindAfter { get; init => field = value >= TimeSpan.Zero ? value : throw new ArgumentException($"escalation: remindAfter is {value}; it must be zero or more."); } = TimeSpan.FromDays(1);

    /// <summary>So long before a plan's first start, those in <see cref="To"/> are told; zero or more.</summary>
    public TimeSpan Before { get; init => field = value >= TimeSpan.Zero ? value : throw new ArgumentException($"escalation: before is {value}; it must be zero or more."); } = TimeSpan.FromDays(1);

    /// <summary>Addresses or names above the role; empty: nobody but the role is told.</summary>
    public IReadOnlyList<string> To { get; init; } = [];
}

/// <summary>Who must approve what. The approver of every plan, the emergency role and the holders of roles stand in the section <c>planning</c>.</summary>
public sealed record ApprovalPolicy
{
    public static ApprovalPolicy Default { get; } = new();

    public IReadOnlyList<ApprovalDemand> Rules { get; init; } = [];

    /// <summary>True where every approval must be signed.</summary>
    public bool Signed { get; init; }

    /// <summary>SHA-256 fingerprints of the root certificates that count.</summary>
    public IReadOnlyList<string> TrustedRoots { get; init => field = [.. value.Select(Fingerprint)]; } = [];

    /// <summary>How long an approval counts; longer than zero.</summary>
    public TimeSpan ValidFor { get; init => field = value > TimeSpan.Zero ? value : throw new ArgumentException($"Approvals are valid for {value}; it must be longer than zero."); } = TimeSpan.FromDays(30);

    /// <summary>What an emergency skips is reviewed within this time after its first change; longer than zero.</summary>
    public TimeSpan EmergencyReviewWithin { get; init => field = value > TimeSpan.Zero ? value : throw new ArgumentException($"Emergencies are reviewed within {value}; it must be longer than zero."); } = TimeSpan.FromDays(3);

    /// <summary>Time that approvers get: no host of a plan starts sooner after it was made, but in an emergency. Zero or more.</summary>
    public TimeSpan LeadTime { get; init => field = value >= TimeSpan.Zero ? value : throw new ArgumentException($"leadTime is {value}; it must be zero or more."); }

    /// <summary>What becomes of approvals that are missing.</summary>
    public EscalationPolicy Escalation { get; init; } = new();

    /// <summary>Category of each kind of update; the strictest of a plan counts.</summary>
    public IReadOnlyDictionary<UpdateKind, ChangeCategory> Categories { get; init; } = new Dictionary<UpdateKind, ChangeCategory>
    {
        [UpdateKind.Security] = ChangeCategory.Normal, [UpdateKind.BugFix] = ChangeCategory.Normal, [UpdateKind.Feature] = ChangeCategory.Normal,
    };

    /// <summary>Criticality of a production host from which a change is of medium and of high risk, 1–5.</summary>
    public IReadOnlyList<double> RiskCriticality { get; init => field = Pair(value, "riskCriticality"); } = [4, 5];

    /// <summary>Hosts in production from which it is of medium and of high risk.</summary>
    public IReadOnlyList<double> RiskHosts { get; init => field = Pair(value, "riskHosts"); } = [50, 200];

    /// <summary>Chance that the worst patch fails, 0–1, from which it is of medium and of high risk.</summary>
    public IReadOnlyList<double> RiskFailure { get; init => field = Pair(value, "riskFailure"); } = [0.1, 0.25];

    private static IReadOnlyList<double> Pair(IReadOnlyList<double> value, string name) =>
        value is [var medium, var high] && medium <= high ? value : throw new ArgumentException($"{name} holds two numbers that do not fall: from where a change is of medium and of high risk.");

    private static string Fingerprint(string value)
    {
        var hex = value.Replace(":", "", StringComparison.Ordinal).Trim().ToLowerInvariant();
        return hex.Length == 64 && hex.All(char.IsAsciiHexDigitLower) ? hex : throw new ArgumentException($"trustedRoots: '{value}' is no SHA-256 fingerprint of a certificate (64 hexadecimal digits, with or without colons).");
    }
}
