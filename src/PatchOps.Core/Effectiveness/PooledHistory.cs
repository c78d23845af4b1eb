using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness;

/// <summary>Many problems as one: what a patch, plan, product or vendor did to all the problems it was deployed for.</summary>
public static class PooledHistory
{
    private const char Separator = '\u001f';

    /// <summary>
    /// Every item is kept once for each problem it had, with that problem's incidents as symptom, so that an item patched for two problems
    /// at two times is compared around each deployment. Controls are compared within their own problem only.
    /// </summary>
    /// <param name="name">What the verdict is about; stands in place of the problem.</param>
    /// <param name="histories">One or more, from one catalogue.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static ProblemHistory Of(string name, IReadOnlyList<ProblemHistory> histories)
    {
        if (histories.Count == 0) throw new ArgumentException("There is no history to put together.", nameof(histories));
        var items = new List<ObservedItem>();
        var incidents = new List<Incident>();
        var deployments = new List<Deployment>();
        foreach (var history in histories)
        {
            string Own(string item) => history.Problem + Separator + item;
            var symptoms = history.SymptomCategories.ToHashSet(StringComparer.Ordinal);
            items.AddRange(history.Items.Select(i => i with { Id = Own(i.Id), Role = Own(i.Role ?? ""), DependsOn = [.. i.DependsOn.Select(Own)] }));
            incidents.AddRange(history.Incidents.Where(i => i.ConfigurationItem is not null).Select(i => i with
            {
                Id = Own(i.Id),
                ConfigurationItem = Own(i.ConfigurationItem!),
                Problem = i.Problem == history.Problem || (i.Category is { } category && symptoms.Contains(category)) ? name : null,
            }));
            deployments.AddRange(history.Deployments.Select(d => d with { Id = Own(d.Id), Asset = Own(d.Asset), Problem = d.Problem == history.Problem ? name : null }));
        }
        return new ProblemHistory
        {
            Problem = name,
            Patches = [.. histories.SelectMany(h => h.Patches).Distinct(StringComparer.Ordinal)],
            Items = items,
            Incidents = incidents,
            Deployments = deployments,
            DataFrom = histories.Min(h => h.DataFrom),
            DataUntil = histories.Max(h => h.DataUntil),
            Limitations = [.. histories.SelectMany(h => h.Limitations.Select(l => $"{h.Problem}: {l}"))],
        };
    }
}
