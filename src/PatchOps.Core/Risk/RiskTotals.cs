using PatchOps.Domain;

namespace PatchOps.Core.Risk;

/// <summary>
/// Adds inputs of one group (a patch, an asset, a CVE, a problem) into one risk. Keeps the costliest input for the reasons; all of them
/// only where terms are wanted. For one thread.
/// </summary>
public sealed class RiskTotals
{
    private readonly RiskModel model;
    private readonly List<RiskInput>? kept;
    private readonly HashSet<string> assets = new(StringComparer.OrdinalIgnoreCase);
    private SortedSet<string>? notes;
    private RiskFigures sum;
    private RiskInput costliest;
    private double greatest = -1;

    /// <param name="model">Scores each input.</param>
    /// <param name="explain">True where <see cref="PatchRisk.Terms"/> are wanted: then every input is kept.</param>
    public RiskTotals(RiskModel model, bool explain = false)
    {
        this.model = model;
        kept = explain ? [] : null;
    }

    public RiskFigures Figures => sum;

    public int Assets => assets.Count;

    public void Add(in RiskInput input)
    {
        var figures = model.Figures(input);
        sum += figures;
        assets.Add(input.Asset.Id);
        kept?.Add(input);
        if (input.Notes is { Count: > 0 } told) (notes ??= new SortedSet<string>(StringComparer.Ordinal)).UnionWith(told);
        if (figures.ExpectedLossPerDay <= greatest) return;
        greatest = figures.ExpectedLossPerDay;
        costliest = input;
    }

    /// <exception cref="InvalidOperationException">Nothing was added.</exception>
    public PatchRisk ToRisk(string id)
    {
        if (sum.Installs == 0) throw new InvalidOperationException("A risk needs at least one input.");
        return model.ToRisk(id, sum, [.. assets.Order(StringComparer.Ordinal)], new RiskExplanation(model, sum, costliest, kept, notes), kept is not null);
    }
}

/// <summary>The order of a ranking, and the top of one without holding the rest.</summary>
public static class RiskRanking
{
    /// <summary>
    /// Most urgent first: decision, then net benefit (so that loss, recurrence and stability count together), then score, then id.
    /// </summary>
    public static IComparer<PatchRisk> Order { get; } = Comparer<PatchRisk>.Create(Compare);

    /// <summary>The first <paramref name="count"/> in order, with their ranks; never holds more than that many and one.</summary>
    public static IReadOnlyList<PatchRisk> Top(IEnumerable<PatchRisk> risks, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var worstFirst = Comparer<PatchRisk>.Create((a, b) => Compare(b, a));
        var queue = new PriorityQueue<PatchRisk, PatchRisk>(worstFirst);
        foreach (var risk in risks)
        {
            if (queue.Count < count) queue.Enqueue(risk, risk);
            else if (count > 0 && Compare(risk, queue.Peek()) < 0) queue.EnqueueDequeue(risk, risk);
        }
        var top = new List<PatchRisk>(queue.Count);
        while (queue.TryDequeue(out var risk, out _)) top.Add(risk);
        top.Reverse();
        return [.. top.Select((risk, i) => risk.WithRank(i + 1))];
    }

    private static int Compare(PatchRisk one, PatchRisk other)
    {
        var order = other.Decision.CompareTo(one.Decision);
        if (order == 0) order = other.NetBenefit.CompareTo(one.NetBenefit);
        if (order == 0) order = other.Score.CompareTo(one.Score);
        return order != 0 ? order : string.CompareOrdinal(one.Id, other.Id);
    }
}
