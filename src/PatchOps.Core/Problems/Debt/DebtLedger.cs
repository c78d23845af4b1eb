using PatchOps.Core.Kpi;
using PatchOps.Core.Kpi.Statistics;
using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Risk;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Problems.Debt;

/// <summary>What debt is broken down by.</summary>
public enum DebtGrouping { Problem, Asset, Product, BusinessUnit, Environment }

/// <summary>
/// Technical debt of an estate: what is missing or out of support and what blocks it, the incidents that come of it, and what patching,
/// migrating and carrying on would cost over the policy's horizon.
/// </summary>
public sealed class DebtLedger
{
    private const string None = "(not stated)";

    private readonly RiskPolicy risk;
    private readonly ProblemPolicy policy;
    private readonly DateTimeOffset asOf;
    private readonly EstateFacts facts;
    private readonly Dictionary<(string Asset, string Key), MissingPatch> missing = [];
    private readonly ILookup<string, MissingPatch> byAsset;
    private readonly Dictionary<(string Asset, string Key), PatchRisk> costs;
    private readonly IReadOnlyList<AttributedIncident> incidents;
    private readonly double days;
    private readonly Dictionary<string, Problem> problems;
    private readonly HashSet<string> unsupported;

    public DebtLedger(ICatalogue catalogue, RiskPolicy risk, ProblemPolicy policy, PlanningPolicy planning, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        this.risk = risk;
        this.policy = policy;
        this.asOf = asOf;
        var estate = new EstateRisk(catalogue, risk, asOf, includeExcepted: true);
        facts = EstateFacts.Read(estate, cancellationToken);
        costs = facts.Open.ToDictionary(o => (o.Asset, o.Patch ?? o.Package), o => o.Risk);
        var blockers = new BlockerFinder(catalogue, planning, asOf);
        foreach (var finding in estate.OpenFindings(_ => true))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var key = (finding.Asset, finding.Patch ?? finding.Package);
            if (missing.TryGetValue(key, out var known))
            {
                if (finding.Cve is not null) ((HashSet<string>)known.Cves).Add(finding.Cve);
                continue;
            }
            var (blocker, why) = blockers.Of(finding);
            missing[key] = new MissingPatch(finding.Asset, finding.Patch, finding.Package, new HashSet<string>(StringComparer.OrdinalIgnoreCase) { finding.Cve ?? "" }, blocker, why);
        }
        byAsset = missing.Values.ToLookup(m => m.Asset, StringComparer.Ordinal);
        problems = facts.Problems.ToDictionary(p => p.Id, StringComparer.Ordinal);
        unsupported = facts.Assets.Where(a => a.EndOfSupport is { } end && end.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) <= asOf.UtcDateTime).Select(a => a.Id).ToHashSet(StringComparer.Ordinal);
        var from = asOf.AddDays(-policy.CandidateDays);
        var began = facts.Incidents.First is { } first && first > from ? first : from;
        days = (asOf - began).TotalDays;
        incidents = [.. catalogue.Incidents(from, asOf).Select(Attribute).OfType<AttributedIncident>()];
    }

    public IEnumerable<PatchDebt> By(DebtGrouping by) => by == DebtGrouping.Problem ? ByProblem() : ByGroup(by);

    /// <summary>Open problems with a workaround or a missing patch, the oldest workarounds first.</summary>
    private IEnumerable<PatchDebt> ByProblem()
    {
        foreach (var problem in problems.Values.Where(p => p.IsOpen).OrderByDescending(p => WorkaroundAge(p) ?? -1).ThenBy(p => p.Id, StringComparer.Ordinal))
        {
            var lacking = problem.ConfigurationItems.SelectMany(i => byAsset[i]).Where(m => Belongs(problem, m)).ToList();
            if (problem.Workaround is null && lacking.Count == 0) continue;
            var items = problem.ConfigurationItems.Where(i => lacking.Exists(m => m.Asset == i)).ToList();
            var own = incidents.Where(i => i.Incident.Problem == problem.Id).ToList();
            var debt = Sum(problem.Id, lacking, items.Count > 0 ? items : [.. problem.ConfigurationItems.Where(unsupported.Contains)], own, [problem]);
            if (lacking.Count == 0 && debt.Blocker == PatchBlocker.None)
                debt = debt with
                {
                    Blocker = problem.Patches.Count == 0 ? PatchBlocker.NoFix : PatchBlocker.None,
                    BlockedBy = problem.Patches.Count == 0 ? "the record names no patch, and no open vulnerability on its items is tied to it" : $"{string.Join(", ", problem.Patches)} is on all its items: retire the workaround",
                };
            yield return debt with { Title = problem.Title, Patches = debt.Patches.Count > 0 ? debt.Patches : problem.Patches };
        }
    }

    private IEnumerable<PatchDebt> ByGroup(DebtGrouping by)
    {
        var lacking = missing.Values.GroupBy(m => KeyOf(by, m), StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToList(), StringComparer.Ordinal);
        var caused = by == DebtGrouping.Product
            ? incidents.SelectMany(i => i.Products.Select(p => (Key: p, Incident: i))).ToLookup(i => i.Key, i => i.Incident, StringComparer.Ordinal)
            : incidents.ToLookup(i => KeyOf(by, i.Incident.ConfigurationItem!), StringComparer.Ordinal);
        var outdated = by == DebtGrouping.Product ? Enumerable.Empty<string>().ToLookup(_ => "") : unsupported.ToLookup(a => KeyOf(by, a), StringComparer.Ordinal);
        var rows = new List<PatchDebt>();
        foreach (var key in lacking.Keys.Concat(caused.Select(c => c.Key)).Concat(outdated.Select(o => o.Key)).Distinct(StringComparer.Ordinal))
        {
            var own = lacking.GetValueOrDefault(key, []);
            var assets = own.Select(m => m.Asset).Concat(outdated[key]).Distinct(StringComparer.Ordinal).ToList();
            var tied = problems.Values.Where(p => p.IsOpen && own.Exists(m => p.ConfigurationItems.Contains(m.Asset) && Belongs(p, m))).ToList();
            rows.Add(Sum(key, own, assets, [.. caused[key]], tied) with { Title = by == DebtGrouping.Asset ? facts.NameOf(key) : null });
        }
        return rows.OrderByDescending(r => r.LossPerDay).ThenBy(r => r.Id, StringComparer.Ordinal);
    }

    private PatchDebt Sum(string id, IReadOnlyList<MissingPatch> lacking, IReadOnlyList<string> assets, IReadOnlyList<AttributedIncident> caused, IReadOnlyList<Problem> tied)
    {
        var ages = tied.Select(WorkaroundAge).OfType<double>().ToList();
        double? age = ages.Count > 0 ? ages.Max() : null;
        var rate = Estimate.Rate(caused.Count, days / 30);
        var blocked = lacking.Where(m => m.Blocker != PatchBlocker.None).GroupBy(m => m.Blocker).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).FirstOrDefault();
        var figures = lacking.Select(m => costs.GetValueOrDefault((m.Asset, m.Patch ?? m.Package))).OfType<PatchRisk>().ToList();
        var patchable = lacking.Where(m => m.Patch is not null).ToList();
        double? patchCost = patchable.Count == 0 ? null : patchable.Sum(m => costs.GetValueOrDefault((m.Asset, m.Patch!))?.PatchCost ?? 0);
        var loss = figures.Sum(f => f.ExpectedLossPerDay);
        var unfixed = lacking.Where(m => m.Patch is null).Sum(m => costs.GetValueOrDefault((m.Asset, m.Package))?.ExpectedLossPerDay ?? 0);
        var migration = assets.Sum(a => policy.MigrationShare * Value(a));
        var debt = new PatchDebt
        {
            Id = id,
            WorkaroundDays = age,
            Overdue = age > policy.WorkaroundDays,
            Problems = [.. tied.Select(p => p.Id).Order(StringComparer.Ordinal)],
            Patches = [.. patchable.Select(m => m.Patch!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            // Where most of it could be deployed today, the rest does not block the whole.
            Blocker = blocked is not null && 2 * blocked.Count() >= lacking.Count ? blocked.Key : PatchBlocker.None,
            BlockedBy = blocked is null ? null : blocked.Count() == lacking.Count ? blocked.First().BlockedBy : FormattableString.Invariant($"{blocked.Count()} of {lacking.Count}: {blocked.First().BlockedBy}"),
            Assets = assets.Count,
            Unsupported = assets.Count(unsupported.Contains),
            Incidents = caused.Count,
            IncidentsPerMonth = rate.Value,
            IncidentsPerMonthLow = rate.Low,
            IncidentsPerMonthHigh = rate.High,
            LossPerDay = loss,
            PatchCost = patchCost,
            MigrationCost = migration,
        };
        return debt with { Advice = Advise(debt, unfixed), Reasons = DebtReasons.Of(debt, unfixed, caused, policy, risk.Currency, days) };
    }

    private DebtAdvice Advise(PatchDebt debt, double unfixedPerDay)
    {
        var horizon = policy.DebtHorizonDays;
        var carry = debt.LossPerDay * horizon;
        var patch = debt.PatchCost is { } cost ? cost + (unfixedPerDay * horizon) : double.PositiveInfinity;
        if (debt.Assets > 0 && debt.MigrationCost < patch && debt.MigrationCost < carry) return DebtAdvice.Migrate;
        return patch < carry ? DebtAdvice.Patch : DebtAdvice.Carry;
    }

    /// <summary>Why an incident counts as due to what is missing or out of support; null where it does not.</summary>
    private AttributedIncident? Attribute(Incident incident)
    {
        if (incident.ConfigurationItem is not { } item) return null;
        if (incident.Problem is { } id && problems.TryGetValue(id, out var problem))
        {
            var causes = byAsset[item].Where(m => Belongs(problem, m)).ToList();
            if (causes.Count > 0) return new AttributedIncident(incident, DebtCause.Problem, Products(causes));
        }
        if (incident.Vulnerabilities.Count > 0)
        {
            var causes = byAsset[item].Where(m => incident.Vulnerabilities.Any(v => m.Cves.Contains(v) || m.Patch == v)).ToList();
            if (causes.Count > 0) return new AttributedIncident(incident, DebtCause.Vulnerability, Products(causes));
        }
        var asset = facts.Asset(item);
        return asset?.EndOfSupport is { } end && incident.Opened.UtcDateTime >= end.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc) ? new AttributedIncident(incident, DebtCause.Unsupported, []) : null;
    }

    private static IReadOnlyList<string> Products(IEnumerable<MissingPatch> causes) => [.. causes.Select(Product).Distinct(StringComparer.Ordinal)];

    private static string Product(MissingPatch lacking) => lacking.Package;

    private static bool Belongs(Problem problem, MissingPatch lacking) =>
        (lacking.Patch is not null && problem.Patches.Contains(lacking.Patch, StringComparer.OrdinalIgnoreCase)) || problem.Cves.Any(lacking.Cves.Contains);

    /// <summary>Since the edit that wrote the workaround, else since the problem was opened: nobody records the day itself.</summary>
    private double? WorkaroundAge(Problem problem)
    {
        if (problem.Workaround is null) return null;
        var written = problem.Edits?.LastOrDefault(e => e.Changes.Any(c => c.StartsWith("Workaround:", StringComparison.Ordinal)))?.At ?? problem.Opened;
        return written is { } since && since <= asOf ? (asOf - since).TotalDays : null;
    }

    private double Value(string id)
    {
        var asset = facts.Asset(id);
        return risk.Value[(asset?.Criticality ?? risk.DefaultCriticality) - 1] * risk.EnvironmentShare[(int)(asset?.Environment ?? risk.DefaultEnvironment)];
    }

    private string KeyOf(DebtGrouping by, MissingPatch lacking) => by == DebtGrouping.Product ? Product(lacking) : KeyOf(by, lacking.Asset);

    private string KeyOf(DebtGrouping by, string id) => by switch
    {
        DebtGrouping.Asset => id,
        DebtGrouping.BusinessUnit => facts.Asset(id)?.BusinessUnit ?? None,
        _ => facts.Asset(id)?.Environment?.ToString() ?? None,
    };
}

/// <summary>Why an incident is counted as debt.</summary>
internal enum DebtCause { Problem, Vulnerability, Unsupported }

/// <summary>An incident that is due to something missing or out of support.</summary>
internal sealed record AttributedIncident(Incident Incident, DebtCause Cause, IReadOnlyList<string> Products);
