using PatchOps.Core.Planning.Contents;
using PatchOps.Core.Planning.Stacks;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>A health probe that hosts must pass after a change.</summary>
public sealed record ProbeRule
{
    /// <summary>Command, Tcp, Http, Service or Log.</summary>
    public required string Kind { get; init; }

    /// <summary>Command line, port, URL, service name, or log file and pattern.</summary>
    public required string Target { get; init; }

    /// <summary>Only where one of these packages changes; empty: always.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    public AssetSelector For { get; init; } = new();
}

/// <summary>How plans are made. Every default is a judgement that the policy file replaces.</summary>
public sealed record PlanningPolicy
{
    public static PlanningPolicy Default { get; } = new();

    /// <summary>Window of assets that name none.</summary>
    public string DefaultWindow { get; init; } = "daily 22:00-05:00";

    /// <summary>Named windows, for the assets' MaintenanceWindow column.</summary>
    public IReadOnlyDictionary<string, string> Windows { get; init; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Windows of assets that name none, by selection; the first that fits counts, and then <see cref="DefaultWindow"/>.</summary>
    public IReadOnlyList<WindowRuleFor> WindowRules { get; init; } = [];

    public IReadOnlyList<FreezeRule> Freezes { get; init; } = [];

    public EmergencyRule Emergency { get; init; } = new();

    public IReadOnlyList<ProbeRule> Probes { get; init; } = [];

    public IReadOnlyList<TestRule> Tests { get; init; } = [];

    public IReadOnlyList<QuiesceRule> Quiesce { get; init; } = [];

    public IReadOnlyList<SnapshotRule> Snapshots { get; init; } = [];

    public IReadOnlyList<BackupRule> Backups { get; init; } = [];

    public NoticePolicy Notices { get; init; } = new();

    public ConductRule Conduct { get; init; } = new();

    /// <summary>Time between the end of one stage and the start of the next.</summary>
    public TimeSpan Soak { get; init; } = TimeSpan.FromHours(12);

    /// <summary>Time to watch a ring before the next one starts.</summary>
    public TimeSpan Bake { get; init; } = TimeSpan.FromHours(2);

    /// <summary>Share of production that goes first, 0–1; at least one host, never a whole cluster.</summary>
    public double CanaryShare { get; init; } = 0.05;

    /// <summary>Share of production that follows the canary, 0–1.</summary>
    public double PilotShare { get; init; } = 0.2;

    /// <summary>Hosts changed at the same time in the whole estate.</summary>
    public int MaxConcurrent { get; init; } = 50;

    /// <summary>Hosts of one owner team changed at the same time.</summary>
    public int MaxConcurrentPerTeam { get; init; } = 20;

    /// <summary>Hosts of one site changed at the same time; null: no limit of its own.</summary>
    public int? MaxConcurrentPerSite { get; init; }

    /// <summary>Hosts of one network segment changed at the same time; null: no limit of its own.</summary>
    public int? MaxConcurrentPerSegment { get; init; }

    /// <summary>Further limits, each for the hosts it selects.</summary>
    public IReadOnlyList<CapacityRule> Limits { get; init; } = [];

    /// <summary>Teams by name, for working hours and limits of their own.</summary>
    public IReadOnlyDictionary<string, TeamRule> Teams { get; init; } = new Dictionary<string, TeamRule>(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<AttendedRule> Attended { get; init; } = [];

    /// <summary>Which versions of several products are supported together.</summary>
    public IReadOnlyList<CompatibilityRule> Compatibility { get; init; } = [];

    /// <summary>Patches that other patches ask for.</summary>
    public IReadOnlyList<PrerequisiteRule> Prerequisites { get; init; } = [];

    /// <summary>Durations where history knows nothing; how much they count otherwise is said by <see cref="DurationSamples"/>.</summary>
    public TimeSpan DefaultMedian { get; init; } = TimeSpan.FromMinutes(10);

    public TimeSpan DefaultNinetiethPercentile { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Deployments that a default is worth, and at each finer level (product, patch, host class) what the level above says.</summary>
    public int DurationSamples { get; init; } = 5;

    /// <summary>Cost per day after the due date, as a multiple of the loss that waits.</summary>
    public double LatenessFactor { get; init; } = 1;

    /// <summary>Failed hosts that a wave tolerates; hosts in flight count as long as they may fail, so this bounds parallelism too …</summary>
    public int MaxFailures { get; init; } = 5;

    /// <summary>… and in percent of the wave; the smaller counts. A canary tolerates none, stages before production twice as much.</summary>
    public double MaxFailurePercent { get; init; } = 20;

    /// <summary>Time after a change in which a host's probes are repeated, and a failed one rolls the host back.</summary>
    public TimeSpan DetectionWindow { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Time that services get to become healthy after a change, before a bad probe counts.</summary>
    public TimeSpan ProbeGrace { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Role that approves plans, and role for emergencies.</summary>
    public string ApproverRole { get; init; } = "ChangeManager";

    public string EmergencyRole { get; init; } = "EmergencyApprover";

    public int ApprovalQuorum { get; init; } = 1;

    /// <summary>
    /// Who holds each role: accounts, and certificates as <c>sha256:FINGERPRINT</c>, distinguished name or <c>CN=NAME</c>. A role that is not
    /// listed is held by everybody, which is the lone administrator's case.
    /// </summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Roles { get; init; } = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Window of an asset that names none.</summary>
    public string WindowOf(Asset asset) => WindowRules.FirstOrDefault(r => r.For.Matches(asset))?.Window ?? DefaultWindow;

    /// <summary>What policy says of a team; null where it says nothing.</summary>
    public TeamRule? Team(string name) => Teams.FirstOrDefault(t => t.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>Whether policy lets an account act in a role.</summary>
    public bool Holds(string account, string role) => Holders(role) is not { } listed || listed.Contains(account, StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether policy lets the owner of a certificate act in a role. Ask only once the certificate is verified.</summary>
    /// <param name="subject">Distinguished name.</param>
    /// <param name="fingerprint">SHA-256, hexadecimal.</param>
    /// <param name="role">Role asked for.</param>
    public bool Holds(string subject, string fingerprint, string role)
    {
        if (Holders(role) is not { } listed) return true;
        var parts = subject.Split(',', StringSplitOptions.TrimEntries);
        return listed.Any(entry => entry.StartsWith("sha256:", StringComparison.OrdinalIgnoreCase)
            ? entry[7..].Replace(":", "", StringComparison.Ordinal).Trim().Equals(fingerprint, StringComparison.OrdinalIgnoreCase)
            : entry.Contains('=', StringComparison.Ordinal) && (Named(entry, parts) || parts.Contains(entry.Trim(), StringComparer.OrdinalIgnoreCase)));
    }

    private static bool Named(string entry, string[] parts) => entry.Split(',', StringSplitOptions.TrimEntries).SequenceEqual(parts, StringComparer.OrdinalIgnoreCase);

    private IReadOnlyList<string>? Holders(string role) => Roles.FirstOrDefault(r => r.Key.Equals(role, StringComparison.OrdinalIgnoreCase)).Value;

    /// <summary>False for separation of duties: authors may not approve their own plans.</summary>
    public bool OwnPlans { get; init; } = true;
}
