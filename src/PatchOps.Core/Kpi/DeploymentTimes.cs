using System.Runtime.InteropServices;
using PatchOps.Domain;

namespace PatchOps.Core.Kpi;

/// <summary>What each deployment of an estate took, by its place in <see cref="EstateFacts.Deployments"/>: found once, whatever the periods and groups.</summary>
internal sealed class DeploymentTimes
{
    private readonly EstateFacts facts;
    private readonly DeploymentNumbers numbers;
    private readonly Dictionary<long, int> firsts;
    private readonly Lazy<Dictionary<(string Patch, string Asset), DateTimeOffset>> successes;
    private readonly Lazy<Dictionary<(string Patch, string Asset), Problem>> waiting;
    private readonly bool[] first;
    private readonly Dictionary<int, int> next;

    public DeploymentTimes(EstateFacts facts)
    {
        this.facts = facts;
        numbers = facts.Numbers;
        var deployments = facts.Deployments;
        first = new bool[deployments.Count];
        firsts = new(deployments.Count);
        var retried = new Dictionary<long, List<int>>();
        for (var i = 0; i < deployments.Count; i++)
        {
            if (deployments[i].Outcome == DeploymentOutcome.Succeeded) first[i] = firsts.TryAdd(numbers.Pair(i), i);
            else retried.TryAdd(numbers.Pair(i), []);
        }
        next = Successes(retried);
        waiting = new(Waiting);
        successes = new(() => firsts.Values.ToDictionary(i => (deployments[i].Patch, deployments[i].Asset), i => deployments[i].Started));
    }

    /// <summary>Hours from the start of a failed deployment to the end of the next success of the same patch on the same asset; null where none came.</summary>
    public double? Repair(int place)
    {
        var failed = facts.Deployments[place];
        for (var later = place; next.TryGetValue(later, out later);)
            if (facts.Deployments[later].Started > failed.Started) return (Done(facts.Deployments[later]) - failed.Started).TotalHours;
        return null;
    }

    /// <summary>Days from the day a fix could be had to its first success on an asset; null for another deployment, and where the day is not known or later.</summary>
    public double? FromFix(int place) =>
        first[place] && facts.FixAvailable.TryGetValue(facts.Deployments[place].Patch, out var available) && Done(facts.Deployments[place]) is var done && available <= done ? (done - available).TotalDays : null;

    /// <summary>Days from the opening of its problem to the first success for it; null for another deployment.</summary>
    /// <remarks>Its problem is the one that the deployment names, else one that names the patch and the asset and was not resolved before: waves name none.</remarks>
    public double? FromProblem(int place)
    {
        if (!first[place]) return null;
        var one = facts.Deployments[place];
        var opened = one.Problem is { } id ? facts.ProblemsById.TryGetValue(id, out var problem) ? problem.Opened : null
            : waiting.Value.TryGetValue((one.Patch, one.Asset), out var asked) && !(asked.Resolved < one.Started) ? asked.Opened : null;
        return opened is { } since && Done(one) is var done && since <= done ? (done - since).TotalDays : null;
    }

    /// <summary>True where a deployment of the patch on the asset that succeeded had been started by then.</summary>
    public bool SucceededBy(string patch, string asset, DateTimeOffset at) => successes.Value.TryGetValue((patch, asset), out var started) && started <= at;

    /// <summary>The problem that has waited longest for a patch on an asset; one that is open before those that were resolved.</summary>
    private Dictionary<(string Patch, string Asset), Problem> Waiting()
    {
        var problems = new Dictionary<(string Patch, string Asset), Problem>();
        foreach (var problem in facts.Problems.Where(p => p.Opened is not null).OrderBy(p => p.Resolved is not null).ThenBy(p => p.Opened))
            foreach (var patch in problem.Patches)
                foreach (var item in problem.ConfigurationItems) problems.TryAdd((patch, item), problem);
        return problems;
    }

    /// <summary>From each deployment of what failed somewhere to the next success of the same, both by place.</summary>
    private Dictionary<int, int> Successes(Dictionary<long, List<int>> retried)
    {
        var successes = new Dictionary<int, int>();
        if (retried.Count == 0) return successes;
        for (var i = 0; i < facts.Deployments.Count; i++)
        {
            if (!retried.TryGetValue(numbers.Pair(i), out var waiting)) continue;
            if (facts.Deployments[i].Outcome == DeploymentOutcome.Succeeded)
            {
                foreach (var earlier in CollectionsMarshal.AsSpan(waiting)) successes[earlier] = i;
                waiting.Clear();
            }
            waiting.Add(i);
        }
        return successes;
    }

    private static DateTimeOffset Done(Deployment deployment) => deployment.Ended is { } ended && ended >= deployment.Started ? ended : deployment.Started;
}
