namespace PatchOps.Domain;

/// <summary>Ring of a wave inside its stage.</summary>
public enum WaveRing { Canary, Pilot, Broad }

/// <summary>One host in one wave: when it may start, and exactly what it receives.</summary>
public sealed record PlannedHost
{
    /// <summary>Asset id.</summary>
    public required string Asset { get; init; }

    public required string Name { get; init; }

    /// <summary>Planned start, UTC.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>Last start at which the 90th percentile of the duration still ends inside the window, UTC.</summary>
    public required DateTimeOffset LatestStart { get; init; }

    /// <summary>Median and 90th percentile of the expected duration.</summary>
    public required TimeSpan Median { get; init; }

    public required TimeSpan NinetiethPercentile { get; init; }

    public required IReadOnlyList<PlannedPatch> Patches { get; init; }

    /// <summary>When the risk decisions want it done, the earliest of its patches; null where none has a date.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>Ids of the assets of this plan that must have been changed before it: what it depends on, and what compatibility puts first.</summary>
    public IReadOnlyList<string> After { get; init; } = [];

    /// <summary>What of its window and of freezes it leaves aside, and by whose leave: the emergency, or an approved exception with its id.</summary>
    public IReadOnlyList<string> Waives { get; init; } = [];

    /// <summary>True where it is planned to end (90th percentile) after its due date.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsLate => Due is { } due && Start + NinetiethPercentile > due;

    public override string ToString() => Name;
}

/// <summary>A patch as approved for one host: these packages at these versions, nothing else.</summary>
public sealed record PlannedPatch
{
    public required string Patch { get; init; }

    /// <summary>Packages with the approved versions; empty where the provider resolves the patch id itself (a KB).</summary>
    public IReadOnlyList<PackageVersion> Packages { get; init; } = [];

    public override string ToString() => Patch;
}

/// <summary>A package at one version.</summary>
public sealed record PackageVersion(string Package, string Version)
{
    public override string ToString() => $"{Package}={Version}";
}

/// <summary>When a wave stops admitting hosts. A limit is never overshot: admission reserves failures before it dispatches.</summary>
public sealed record HaltRule
{
    /// <summary>Failed hosts at which the wave halts: hosts in flight and failed ones together never exceed it, save that one host at a time always may run. Zero or more.</summary>
    public int MaxFailures { get; init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "MaxFailures must be zero or more."); }

    /// <summary>Failed hosts in percent of the wave, 0–100; the smaller of both limits counts.</summary>
    public double MaxFailurePercent { get; init => field = value is >= 0 and <= 100 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "MaxFailurePercent must lie between 0 and 100."); }

    public override string ToString() =>
        MaxFailures <= 1 ? "halt at the first failed host" : FormattableString.Invariant($"halt at {MaxFailures} failed hosts or {MaxFailurePercent:0.#} %");
}

/// <summary>How a host goes back, and when.</summary>
public sealed record RollbackRule
{
    /// <summary>PreviousVersion, Snapshot or Script.</summary>
    public required string Method { get; init; }

    /// <summary>Time after the change in which a failed probe still rolls the host back.</summary>
    public required TimeSpan DetectionWindow { get; init; }

    /// <summary>Time that services get to become healthy after a change, before a bad probe counts.</summary>
    public TimeSpan ProbeGrace { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>What takes a host back, in words, for those who approve it.</summary>
    public IReadOnlyList<string> Criteria { get; init; } = [];

    public override string ToString() => $"{Method} within {DetectionWindow}";
}

/// <summary>A health check as the plan fixes it: kind of probe and its argument.</summary>
public sealed record HealthGate
{
    /// <summary>Command, Tcp, Http, Service or Log.</summary>
    public required string Kind { get; init; }

    /// <summary>Command line, address, URL, service name …</summary>
    public required string Target { get; init; }

    /// <summary>Packages it belongs to; empty for every host of the wave.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Hosts it is for; empty for every host of the wave.</summary>
    public IReadOnlyList<string> Assets { get; init; } = [];

    public override string ToString() => $"{Kind} {Target}";
}

/// <summary>Hosts that change together, behind the same gates.</summary>
public sealed record PlanWave
{
    /// <summary>1, 2, 3 … in the order of execution.</summary>
    public required int Number { get; init; }

    public required WaveRing Ring { get; init; }

    public required AssetEnvironment Stage { get; init; }

    /// <summary>First planned start of a host, UTC.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>End of the last window used, UTC; nothing of this wave runs later.</summary>
    public required DateTimeOffset End { get; init; }

    /// <summary>Time to watch the wave after its last host before the next wave may start.</summary>
    public required TimeSpan BakeTime { get; init; }

    public required IReadOnlyList<PlannedHost> Hosts { get; init; }

    public required IReadOnlyList<HealthGate> Gates { get; init; }

    /// <summary>Backups that must be fresh before a host is changed.</summary>
    public IReadOnlyList<BackupCheck> Backups { get; init; } = [];

    /// <summary>What is taken out of service around each change, in this order, and put back in the reverse one.</summary>
    public IReadOnlyList<QuiesceStep> Quiesce { get; init; } = [];

    /// <summary>Snapshots taken before each change.</summary>
    public IReadOnlyList<SnapshotStep> Snapshots { get; init; } = [];

    /// <summary>Test cases run before and after each change.</summary>
    public IReadOnlyList<TestCase> Tests { get; init; } = [];

    /// <summary>Tests that policy waives on regulated hosts of the wave.</summary>
    public IReadOnlyList<TestWaiver> Waivers { get; init; } = [];

    public required HaltRule HaltRule { get; init; }

    public required RollbackRule Rollback { get; init; }

    /// <summary>How the wave is carried out; null in plans of earlier versions, which means the defaults.</summary>
    public WaveConduct? Conduct { get; init; }

    public override string ToString() => $"Wave {Number} ({Stage} {Ring}, {Hosts.Count} hosts)";
}

/// <summary>A host or patch that could not be placed, with the rule that prevents it.</summary>
public sealed record UnscheduledItem
{
    public required string Asset { get; init; }

    public required IReadOnlyList<string> Patches { get; init; }

    /// <summary>Code of the constraint: NoWindow, Frozen, Dependency, Capacity, Horizon …</summary>
    public required string Constraint { get; init; }

    public required string Reason { get; init; }

    /// <summary>
    /// The rules that collide: together they leave no place, and without any one of them there is one. Empty where the search for them was
    /// not made or did not end.
    /// </summary>
    public IReadOnlyList<string> Rules { get; init; } = [];

    /// <summary>Smallest change that would place it, where one was found.</summary>
    public string? Remedy { get; init; }

    public override string ToString() => $"{Asset}: {Reason}";
}

/// <summary>An immutable plan. Its hash covers everything but <see cref="Id"/> and <see cref="Hash"/>; approvals sign that hash.</summary>
public sealed record PatchPlan
{
    /// <summary>Short id, derived from name and content.</summary>
    public required string Id { get; init; }

    public required string Name { get; init; }

    /// <summary>SHA-256 over the canonical JSON, lower-case hexadecimal.</summary>
    public required string Hash { get; init; }

    public required string Author { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>Half-open planning period [Start, End), UTC.</summary>
    public required DateTimeOffset Start { get; init; }

    public required DateTimeOffset End { get; init; }

    /// <summary>True where the plan takes the emergency path of the policy.</summary>
    public bool Emergency { get; init; }

    /// <summary>Category by policy; null in plans of earlier versions.</summary>
    public ChangeCategory? Category { get; init; }

    /// <summary>Risk of the change by the policy's thresholds; null in plans of earlier versions.</summary>
    public ChangeRisk? Risk { get; init; }

    /// <summary>What made category and risk what they are.</summary>
    public IReadOnlyList<string> RiskReasons { get; init; } = [];

    /// <summary>SHA-256 of the policy that the plan was made under, lower-case hexadecimal.</summary>
    public string? PolicyHash { get; init; }

    /// <summary>Id of the plan that this one replaces; null for a first plan.</summary>
    public string? Replaces { get; init; }

    /// <summary>What became of the hosts of the plan it replaces.</summary>
    public IReadOnlyList<PlanDifference> Differences { get; init; } = [];

    /// <summary>Notices to send before the change.</summary>
    public IReadOnlyList<PlanNotice> Notices { get; init; } = [];

    public required IReadOnlyList<PlanWave> Waves { get; init; }

    public required IReadOnlyList<UnscheduledItem> Unscheduled { get; init; }

    public required IReadOnlyList<ApprovalRule> ApprovalsNeeded { get; init; }

    /// <summary>Loss expected until every finding closes, in the policy's currency; plus lateness.</summary>
    public required double Objective { get; init; }

    /// <summary>No plan with the same hosts in the same rings, and no more hosts left over, can be below this. Which hosts are canary and pilot is chosen before.</summary>
    public required double LowerBound { get; init; }

    /// <summary>(Objective − LowerBound) ÷ Objective, 0–1; 0 where the plan is proven optimal for its rings.</summary>
    public double Gap => Objective > 0 ? Math.Max(0, (Objective - LowerBound) / Objective) : 0;

    /// <summary>Currency of <see cref="Objective"/>.</summary>
    public required string Currency { get; init; }

    public override string ToString() => $"{Name} ({Id}): {Waves.Count} waves, {Waves.Sum(w => w.Hosts.Count)} hosts";
}
