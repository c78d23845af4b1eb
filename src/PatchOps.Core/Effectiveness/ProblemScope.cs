using System.Globalization;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness;

/// <summary>What a problem is about: where it occurs, and which patches should remove it.</summary>
/// <param name="Items">Asset ids, those of the record first.</param>
/// <param name="Patches">Patches under test; empty where neither the record nor a deployment names one.</param>
/// <param name="Notes">Where items and patches came from, where the record does not name them.</param>
public sealed record ProblemScope(IReadOnlyList<string> Items, IReadOnlyList<string> Patches, IReadOnlyList<string> Notes)
{
    /// <param name="problem">The record.</param>
    /// <param name="found">Patches that only deployments name.</param>
    /// <param name="deployed">Items that deployments add.</param>
    /// <param name="reported">Items that incidents add.</param>
    internal static IReadOnlyList<string> Say(Problem problem, IReadOnlyList<string> found, int deployed, int reported)
    {
        var notes = new List<string>();
        if (deployed + reported > 0)
        {
            var bare = problem.ConfigurationItems.Count == 0;
            var sources = new List<string>();
            if (deployed > 0) sources.Add(string.Create(CultureInfo.InvariantCulture, $"{deployed} from deployments that name the problem"));
            if (reported > 0) sources.Add(string.Create(CultureInfo.InvariantCulture, $"{reported} from incidents that name it{(bare ? "" : ", on items that got the patch")}"));
            notes.Add($"{(bare ? "The record names no configuration items; its items are" : "Besides the items of the record, the problem's are")} {string.Join(" and ", sources)}.");
        }
        if (found.Count > 0) notes.Add($"The record names no patch; {string.Join(" and ", found)} {(found.Count == 1 ? "comes" : "come")} from deployments that name the problem.");
        return notes;
    }
}
