namespace PatchOps.Domain;

/// <summary>Why a patch is thought to belong to a group of incidents.</summary>
public enum CandidateEvidence
{
    /// <summary>Nothing ties a patch to it.</summary>
    None,

    /// <summary>Items that lack the patch have more of these incidents than comparable items without the finding.</summary>
    Association,

    /// <summary>Incident texts name the vulnerability, the patch or the package.</summary>
    Text,

    /// <summary>The problem record names the vulnerability or the patch.</summary>
    ProblemRecord,
}

/// <summary>What a rule of the policy asks for in answer to a problem.</summary>
public enum ProblemResponse
{
    /// <summary>No rule applies: watch it.</summary>
    None,
    PatchRequest,
    Workaround,
    ConfigurationChange,
}

/// <summary>A problem, or a group of incidents that nobody has made a problem of yet, with the patch that would gain most.</summary>
public sealed record PatchCandidate
{
    /// <summary>1 for the candidate with the most incidents to avoid.</summary>
    public int Rank { get; init; }

    /// <summary>The problem's id, or <c>CL-</c> and a code made from the group's incidents.</summary>
    public required string Id { get; init => field = Require.Text(value); }

    /// <summary>Problem record; null where there is none yet.</summary>
    public string? Problem { get; init => field = Require.OptionalText(value); }

    /// <summary>The problem's title, else the group's most telling words.</summary>
    public string? Title { get; init => field = Require.OptionalText(value); }

    /// <summary>Words that set these incidents apart from the others.</summary>
    public IReadOnlyList<string> Terms { get; init => field = Require.Names(value); } = [];

    /// <summary>Most frequent category of the incidents.</summary>
    public string? Category { get; init => field = Require.OptionalText(value); }

    /// <summary>Incidents of the group: linked ones, and unlinked ones that look the same on the same items.</summary>
    public int Incidents { get; init; }

    /// <summary>Those of them that nobody has linked to the problem.</summary>
    public int Unlinked { get; init; }

    /// <summary>Recency-weighted rate, incidents per 30 days.</summary>
    public double IncidentsPerMonth { get; init => field = Require.Finite(value); }

    public DateTimeOffset? FirstSeen { get; init; }

    public DateTimeOffset? LastSeen { get; init; }

    /// <summary>Ids of the items hit.</summary>
    public IReadOnlyList<string> AssetIds { get; init; } = [];

    /// <summary>Items hit.</summary>
    public int Assets => AssetIds.Count;

    /// <summary>Open vulnerabilities on those items that match.</summary>
    public IReadOnlyList<string> Cves { get; init => field = Require.Names(value); } = [];

    /// <summary>Available patches that match, the most promising first.</summary>
    public IReadOnlyList<string> Patches { get; init => field = Require.Names(value); } = [];

    /// <summary>The most promising one; null where none is available.</summary>
    public string? Patch => Patches.Count > 0 ? Patches[0] : null;

    /// <summary>What ties the patch to the incidents.</summary>
    public CandidateEvidence Evidence { get; init; }

    /// <summary>Expected incidents avoided per 30 days by the patch: rate on the items that lack it × chance that it removes the cause.</summary>
    public double IncidentsAvoided { get; init => field = Require.Finite(value); }

    /// <summary>Lower limit of <see cref="IncidentsAvoided"/> (95 %).</summary>
    public double IncidentsAvoidedLow { get; init => field = Require.Finite(value); }

    /// <summary>Upper limit of <see cref="IncidentsAvoided"/> (95 %).</summary>
    public double IncidentsAvoidedHigh { get; init => field = Require.Finite(value); }

    /// <summary>Chance that the patch removes the cause, 0–1: learnt from verdicts, times the share of the incidents that is attributed to what it closes.</summary>
    public double Confidence { get; init => field = Require.Finite(value); }

    /// <summary>What the policy asks for.</summary>
    public ProblemResponse Response { get; init; }

    /// <summary>Name of the rule that decided; null where none applied.</summary>
    public string? Rule { get; init => field = Require.OptionalText(value); }

    public IReadOnlyList<string> Reasons { get; init; } = [];

    /// <summary>The first reason.</summary>
    public string? Reason => Reasons.Count > 0 ? Reasons[0] : null;

    public override string ToString() => FormattableString.Invariant($"{Id}: {Patch ?? "no patch"}, {IncidentsAvoided:0.#} incidents a month avoided");
}
