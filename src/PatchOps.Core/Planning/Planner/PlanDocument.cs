using System.Text.Json;
using PatchOps.Core.Governance;
using PatchOps.Core.Operations;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>A plan as canonical JSON, and the hash over it that approvals sign.</summary>
public static class PlanDocument
{
    /// <summary>
    /// Canonical JSON of everything but id and hash, which follow from it. What says nothing (null, false, an empty list) is left out, so
    /// that a plan keeps its hash when later versions know more parts of plans.
    /// </summary>
    public static string Content(PatchPlan plan)
    {
        var element = JsonSerializer.SerializeToElement(plan with { Id = "", Hash = "" }, RecordJson.Options);
        return CanonicalJson.Canonicalise(element, leaveOutEmpty: true);
    }

    /// <summary>Reads what Export-PatchPlan writes as JSON. Whether it is intact is asked with <see cref="IsIntact"/>.</summary>
    /// <param name="text">JSON text.</param>
    /// <param name="source">Where it comes from, for the failure.</param>
    /// <exception cref="FailureException"><c>PlanUnreadable</c>, with line and place.</exception>
    public static PatchPlan Parse(string text, string source)
    {
        try
        {
            var plan = JsonSerializer.Deserialize<PatchPlan>(text, RecordJson.Options) ?? throw new JsonException("the file is empty");
            // Absent lists are empty ones; a null inside of them is nothing that a plan can hold.
            if (plan.Waves is null || plan.ApprovalsNeeded is null || plan.Unscheduled is null || plan.Waves.Any(w => w?.Hosts is null || w.HaltRule is null || w.Rollback is null || w.Gates is null || w.Hosts.Any(h => h?.Patches is null || h.Patches.Any(p => p?.Packages is null))))
                throw new JsonException("a wave, host or patch in it is empty");
            return plan;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or NotSupportedException)
        {
            var place = e is JsonException { LineNumber: { } line } json ? FormattableString.Invariant($", line {line + 1}{(json.Path is null or "$" ? "" : $", at {json.Path}")}") : "";
            throw new FailureException("PlanUnreadable", FailureKind.InvalidInput, $"'{source}'{place} is no plan: {e.Message.Split(" Path: ")[0].TrimEnd('.')}.", source, "Give a JSON file that Export-PatchPlan -Format Json wrote.");
        }
    }

    public static string HashOf(PatchPlan plan) => AuditChain.HashOf(Content(plan));

    /// <summary>The same plan with the hash of its content, and an id made from it.</summary>
    public static PatchPlan Seal(PatchPlan plan)
    {
        var hash = HashOf(plan);
        return plan with { Hash = hash, Id = "PLN-" + hash[..10].ToUpperInvariant() };
    }

    /// <summary>False where the content was changed after it was sealed.</summary>
    public static bool IsIntact(PatchPlan plan) => HashOf(plan) == plan.Hash;
}
