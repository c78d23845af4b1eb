namespace PatchOps.Domain;

/// <summary>What keeps a patch from being deployed.</summary>
public enum PatchBlocker
{
    /// <summary>Nothing stands in its way.</summary>
    None,

    /// <summary>Nobody offers a fix.</summary>
    NoFix,

    /// <summary>The component is out of support: no fix will come.</summary>
    EndOfSupport,

    /// <summary>An active acceptance, deferral or pin.</summary>
    Exception,

    /// <summary>A change freeze holds now.</summary>
    Freeze,

    /// <summary>The host's package manager holds it back.</summary>
    HeldBack,

    /// <summary>It failed or was rolled back where it was tried.</summary>
    FailedDeployments,
}

/// <summary>Technical debt: what is left unpatched or unsupported, what it costs, and what paying it off would cost.</summary>
public sealed record PatchDebt
{
    /// <summary>Problem, asset, product, business unit or environment.</summary>
    public required string Id { get; init => field = Require.Text(value); }

    public string? Title { get; init => field = Require.OptionalText(value); }

    /// <summary>Age of the oldest workaround in days; null where there is none.</summary>
    public double? WorkaroundDays { get; init => field = Require.Finite(value); }

    /// <summary>True where it outlived what policy allows (<c>problems.workaroundDays</c>).</summary>
    public bool Overdue { get; init; }

    /// <summary>Open problems in it.</summary>
    public IReadOnlyList<string> Problems { get; init => field = Require.Names(value); } = [];

    /// <summary>Missing patches.</summary>
    public IReadOnlyList<string> Patches { get; init => field = Require.Names(value); } = [];

    /// <summary>What blocks at least half of what is missing; None where nothing does.</summary>
    public PatchBlocker Blocker { get; init; }

    /// <summary>That in words, with what names it: the exception, the freeze, the deployments that failed.</summary>
    public string? BlockedBy { get; init => field = Require.OptionalText(value); }

    public int Assets { get; init; }

    /// <summary>Assets that are out of support.</summary>
    public int Unsupported { get; init; }

    /// <summary>Incidents counted as due to unpatched or unsupported components.</summary>
    public long Incidents { get; init; }

    /// <summary>The same per 30 days.</summary>
    public double? IncidentsPerMonth { get; init => field = Require.Finite(value); }

    /// <summary>Lower limit at 95 % (exact Poisson).</summary>
    public double? IncidentsPerMonthLow { get; init => field = Require.Finite(value); }

    /// <summary>Upper limit at 95 % (exact Poisson).</summary>
    public double? IncidentsPerMonthHigh { get; init => field = Require.Finite(value); }

    /// <summary>Expected loss per day of leaving it, in the policy's currency.</summary>
    public double LossPerDay { get; init => field = Require.Finite(value); }

    /// <summary>Cost of deploying what is missing over the policy's horizon; null where no patch is there to deploy.</summary>
    public double? PatchCost { get; init => field = Require.Finite(value); }

    /// <summary>Cost of replacing the assets; the policy's share of their value.</summary>
    public double MigrationCost { get; init => field = Require.Finite(value); }

    /// <summary>Patch, Migrate or Carry: what costs least over the policy's horizon, losses included.</summary>
    public DebtAdvice Advice { get; init; }

    public IReadOnlyList<string> Reasons { get; init; } = [];

    public override string ToString() => FormattableString.Invariant($"{Id}: {Advice}, {IncidentsPerMonth ?? 0:0.#} incidents a month");
}

/// <summary>What costs least.</summary>
public enum DebtAdvice { Patch, Migrate, Carry }
