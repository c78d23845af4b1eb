using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness;

/// <summary>Everything that is known about one problem and the patches that should remove it: what the analysis reads.</summary>
/// <remarks>Records may be dirty (no item, repeated, in the future): the analysis leaves them out and says so.</remarks>
public sealed record ProblemHistory
{
    /// <summary>Id of the problem record.</summary>
    public required string Problem { get; init; }

    /// <summary>Patches under test. Empty: every deployment counts. Deployments of other patches are possible confounders.</summary>
    public IReadOnlyList<string> Patches { get; init; } = [];

    /// <summary>Items under observation. An item that has incidents or deployments and is not listed counts as affected.</summary>
    public IReadOnlyList<ObservedItem> Items { get; init; } = [];

    /// <summary>Incidents on those items, of this problem and of any other sort.</summary>
    public IReadOnlyList<Incident> Incidents { get; init; } = [];

    /// <summary>Deployments on those items, of the patches under test and of others.</summary>
    public IReadOnlyList<Deployment> Deployments { get; init; } = [];

    /// <summary>Categories that are this problem's symptom even where an incident is not linked to the problem.</summary>
    public IReadOnlyList<string> SymptomCategories { get; init; } = [];

    /// <summary>First instant of recorded data.</summary>
    public required DateTimeOffset DataFrom { get; init; }

    /// <summary>End of the last complete day of data (exclusive): nothing after it counts.</summary>
    public required DateTimeOffset DataUntil { get; init; }

    /// <summary>What the gathering left out, one sentence each; the analysis repeats it.</summary>
    public IReadOnlyList<string> Limitations { get; init; } = [];
}

/// <summary>Why an item is looked at.</summary>
public enum ItemUse
{
    /// <summary>The problem occurs here; serves as a control until it is patched.</summary>
    Affected,

    /// <summary>Comparable item that was not to be patched.</summary>
    Control,

    /// <summary>Depends on affected items: looked at for side effects only.</summary>
    Dependent,
}

/// <summary>One configuration item of a <see cref="ProblemHistory"/>.</summary>
public sealed record ObservedItem
{
    /// <summary>As in <see cref="Incident.ConfigurationItem"/> and <see cref="Deployment.Asset"/>.</summary>
    public required string Id { get; init; }

    public ItemUse Use { get; init; }

    /// <summary>Controls are compared within one role and environment.</summary>
    public string? Role { get; init; }

    public string? Environment { get; init; }

    /// <summary>When the item came into service, where later than the data's start.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>When it was taken out of service.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>For <see cref="ItemUse.Dependent"/>: the affected items it depends on.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];
}
