namespace PatchOps.Domain;

/// <summary>Who looks into a patch that failed.</summary>
public enum InvestigationTeam { Security, Operations, Application }

/// <summary>A fact that an investigation starts from, or a finding that a team added.</summary>
/// <param name="Team">Whom it concerns, or who found it.</param>
/// <param name="At">When it was added.</param>
/// <param name="By">Account; null for what PatchOps gathered.</param>
/// <param name="Text">One sentence.</param>
public sealed record InvestigationNote(InvestigationTeam Team, DateTimeOffset At, string? By, string Text)
{
    public override string ToString() => $"{Team}: {Text}";
}

/// <summary>A joint investigation by security, operations and application of a patch that did not solve its problem.</summary>
public sealed record PatchInvestigation
{
    /// <summary>Such as <c>INV-1A2B3C4D</c>; the same failure of the same patch is the same investigation.</summary>
    public required string Id { get; init => field = Require.Text(value); }

    public required string Problem { get; init => field = Require.Text(value); }

    public IReadOnlyList<string> Patches { get; init => field = Require.Names(value); } = [];

    /// <summary>Vendors of the patches, as key figures name them.</summary>
    public IReadOnlyList<string> Vendors { get; init => field = Require.Names(value); } = [];

    public required EffectivenessVerdict Verdict { get; init; }

    public required DateTimeOffset Opened { get; init; }

    /// <summary>Null while it is open.</summary>
    public DateTimeOffset? Closed { get; init; }

    public string? ClosedBy { get; init => field = Require.OptionalText(value); }

    public string? Conclusion { get; init => field = Require.OptionalText(value); }

    public bool IsOpen => Closed is null;

    /// <summary>What PatchOps gathered for each team when it was opened.</summary>
    public IReadOnlyList<InvestigationNote> Evidence { get; init; } = [];

    /// <summary>What the teams found, oldest first.</summary>
    public IReadOnlyList<InvestigationNote> Findings { get; init; } = [];

    /// <summary>Teams that have not said anything yet.</summary>
    public IReadOnlyList<InvestigationTeam> Awaited => [.. Enum.GetValues<InvestigationTeam>().Where(t => Findings.All(f => f.Team != t))];

    public override string ToString() => $"{Id}: {Problem} {Verdict}, {(IsOpen ? "open" : "closed")}";
}
