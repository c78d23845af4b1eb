namespace PatchOps.Adapters.Tests.Policies.Keys;

/// <summary>Where a user sees what a key does.</summary>
internal enum PolicyView
{
    /// <summary>The plan that New-PatchPlan makes.</summary>
    Plan,

    /// <summary>The same with -Emergency.</summary>
    Emergency,

    /// <summary>What Approve-PatchPlan says to the author and to somebody else.</summary>
    Approve,

    /// <summary>Test-PatchPolicy.</summary>
    Check,

    /// <summary>Get-PatchExposure.</summary>
    Exposure,

    /// <summary>Send-PatchNotification after one plan was approved and another was not, and what stands in the folders.</summary>
    Notify,

    /// <summary>Get-PatchCandidate.</summary>
    Candidates,

    /// <summary>Get-PatchDebt.</summary>
    Debt,

    /// <summary>Get-PatchKpi.</summary>
    Kpi,

    /// <summary>New-PatchException.</summary>
    Exception,

    /// <summary>Test-PatchEffectiveness on the store.</summary>
    Effect,

    /// <summary>Test-PatchEffectiveness on counts.</summary>
    Counts,
}

/// <summary>A key, a policy in which <c>$</c> stands for its value, two values, and where the difference shows.</summary>
internal sealed record PolicyCase(string Key, string Template, string Before, string After, PolicyView View)
{
    public string PolicyBefore => Template.Replace("$", Before, StringComparison.Ordinal);

    public string PolicyAfter => Template.Replace("$", After, StringComparison.Ordinal);
}
