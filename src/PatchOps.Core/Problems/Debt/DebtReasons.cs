using System.Globalization;
using PatchOps.Domain;

namespace PatchOps.Core.Problems.Debt;

/// <summary>A row of debt in sentences.</summary>
internal static class DebtReasons
{
    public static IReadOnlyList<string> Of(PatchDebt debt, double unfixedPerDay, IReadOnlyList<AttributedIncident> caused, ProblemPolicy policy, string currency, double days)
    {
        var reasons = new List<string>();
        if (debt.WorkaroundDays is { } age)
            reasons.Add(Text($"Its oldest workaround is {age:0} days old{(debt.Overdue ? Text($"; policy allows {policy.WorkaroundDays:0}") : "")}."));
        if (debt.BlockedBy is { } blocked) reasons.Add($"Blocked: {blocked.TrimEnd('.')}.");
        else if (debt.Patches.Count > 0) reasons.Add("Nothing blocks the missing patches: plan them with New-PatchPlan.");
        int Count(DebtCause cause) => caused.Count(c => c.Cause == cause);
        if (caused.Count > 0)
            reasons.Add(Text($"{caused.Count} incidents in {days:0} days: {Count(DebtCause.Problem)} of problems whose patch is missing on the item, {Count(DebtCause.Vulnerability)} that point to a vulnerability open there, {Count(DebtCause.Unsupported)} on items out of support."));
        var horizon = policy.DebtHorizonDays;
        var patch = debt.PatchCost is { } cost ? Text($"{cost + (unfixedPerDay * horizon):N0} to patch") : "no patch to deploy";
        reasons.Add(Text($"Over {horizon:0} days in {currency}: {patch}, {debt.MigrationCost:N0} to migrate ({policy.MigrationShare:0.##} of the items' value), {debt.LossPerDay * horizon:N0} expected loss of carrying on."));
        return reasons;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
