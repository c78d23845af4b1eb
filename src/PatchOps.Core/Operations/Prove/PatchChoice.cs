using PatchOps.Core.Effectiveness;
using PatchOps.Core.Exposure.Supersedence;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Risk;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Prove;

/// <summary>Which of a problem's patches are under test.</summary>
internal sealed class PatchChoice(TestEffectivenessRequest request, PatchPlan? plan, ICatalogue catalogue)
{
    private readonly PatchSuccession succession = new(catalogue);
    private readonly Wildcard patches = new(request.Patch);
    private readonly Wildcard products = new(request.Product);
    private readonly Wildcard vendors = new(request.Vendor);
    private readonly HashSet<string>? planned = plan?.Waves.SelectMany(w => w.Hosts).SelectMany(h => h.Patches).Select(p => p.Patch).ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <summary>Patches by the problem that their deployments name.</summary>
    private readonly Lazy<ILookup<string, string>> answers = new(() => catalogue.Deployments().Where(d => d.Problem is not null).ToLookup(d => d.Problem!, d => d.Patch, StringComparer.Ordinal));

    /// <summary>True where nothing was asked for: then a problem without patches is tested by the deployments made for it.</summary>
    public bool Everything => patches.MatchesAll && products.MatchesAll && vendors.MatchesAll && planned is null;

    public IReadOnlyList<string> Of(Problem problem) =>
        [.. (problem.Patches.Count > 0 ? problem.Patches : answers.Value[problem.Id].Distinct(StringComparer.OrdinalIgnoreCase)).Where(p => patches.Matches(p) && products.Matches(PatchNames.Product(p)) && vendors.Matches(PatchNames.Vendor(p)) && (planned is null || planned.Contains(p) || planned.Any(newer => succession.Replaces(newer, p, null))))];

    /// <summary>What to say where no problem names what is asked for.</summary>
    public string Nobody() => planned is null ? "No problem names such a patch."
        : $"No problem names {(planned.Count == 1 ? "the patch" : "such a patch")} of plan {plan!.Id} ({string.Join(", ", planned.Order(StringComparer.Ordinal).Take(5))}{(planned.Count > 5 ? $" and {planned.Count - 5} more" : "")}).";

    public string GroupOf(string patch, EffectivenessGrouping by) => by switch
    {
        EffectivenessGrouping.Product => PatchNames.Product(patch),
        EffectivenessGrouping.Vendor => PatchNames.Vendor(patch),
        EffectivenessGrouping.Plan => plan?.Name ?? "(no plan)",
        _ => patch,
    };
}
