using System.Text.Json;
using System.Text.Json.Serialization;
using PatchOps.Core.Governance;
using PatchOps.Core.Operations;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>A plan as canonical JSON, and the hash over it that approvals sign.</summary>
public static class PlanDocument
{
    private static readonly JsonSerializerOptions Options = new() { Converters = { new JsonStringEnumConverter() }, WriteIndented = false };

    /// <summary>Canonical JSON of everything but id and hash, which follow from it.</summary>
    public static string Content(PatchPlan plan)
    {
        var element = JsonSerializer.SerializeToElement(plan with { Id = "", Hash = "" }, Options);
        return CanonicalJson.Canonicalise(element);
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
