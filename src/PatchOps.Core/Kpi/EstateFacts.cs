using PatchOps.Core.Exposure;
using PatchOps.Core.Risk;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Kpi;

/// <summary>What one asset still lacks: one patch, or one package without a patch, and what leaving it costs.</summary>
/// <param name="Patch">Null where nobody offers a fix.</param>
/// <param name="Risk">The findings that it closes on this asset, together.</param>
public sealed record OpenPatch(string Asset, string? Patch, string Package, PatchRisk Risk)
{
    /// <summary>True where the service level had passed on the day asked for.</summary>
    public bool OverdueAt(DateTimeOffset asOf) => Patch is not null && Risk.DueDate < asOf;
}

/// <summary>Findings of one asset and patch that an active exception leaves open on purpose; figures leave them out and say how many.</summary>
public sealed record ExceptedFindings(string Asset, string? Patch, int Count);

/// <summary>Everything that key figures and reports count, as known on one day and read once. What an active exception covers is counted apart.</summary>
public sealed class EstateFacts
{
    private const char Separator = '\u001f';

    private readonly Dictionary<string, Asset> byId;
    private readonly Lazy<Dictionary<(string Patch, string Asset), List<Deployment>>> attempts;
    private readonly Lazy<Dictionary<string, Problem>> problemsById;
    private readonly Lazy<ILookup<string, Deployment>> answers;

    /// <param name="assets">Not retired.</param>
    /// <param name="fixAvailable">Day on which each patch could first be had.</param>
    public EstateFacts(
        DateTimeOffset asOf, IReadOnlyList<Asset> assets, IReadOnlyList<Deployment> deployments, IReadOnlyList<Problem> problems, IReadOnlyList<Incident> incidents,
        IReadOnlyList<Change> changes, IReadOnlyList<OpenPatch> open, IReadOnlyDictionary<string, DateTimeOffset> fixAvailable)
    {
        AsOf = asOf.ToUniversalTime();
        Assets = assets;
        byId = assets.ToDictionary(a => a.Id, StringComparer.Ordinal);
        Deployments = [.. deployments.Where(d => d.Started <= asOf)];
        Problems = [.. problems.Where(p => p.Opened is null || p.Opened <= asOf)];
        var opened = incidents.Where(i => i.Opened <= asOf).ToList();
        // A store gives them in order already.
        Incidents = Enumerable.Range(1, Math.Max(0, opened.Count - 1)).All(i => opened[i - 1].Opened <= opened[i].Opened) ? opened : [.. opened.OrderBy(i => i.Opened)];
        Changes = changes;
        Open = open;
        FixAvailable = fixAvailable;
        attempts = new(() => Deployments.GroupBy(d => (d.Patch, d.Asset)).ToDictionary(g => g.Key, g => g.OrderBy(d => d.Started).ToList()));
        problemsById = new(() => Problems.GroupBy(p => p.Id, StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => g.First(), StringComparer.OrdinalIgnoreCase));
        answers = new(() => Deployments.Where(d => d is { Problem: not null, Outcome: DeploymentOutcome.Succeeded }).ToLookup(d => d.Problem!, StringComparer.OrdinalIgnoreCase));
    }

    public DateTimeOffset AsOf { get; }

    public IReadOnlyList<Asset> Assets { get; }

    /// <summary>Started by then, in order of start.</summary>
    public IReadOnlyList<Deployment> Deployments { get; }

    public IReadOnlyList<Problem> Problems { get; }

    /// <summary>Opened by then, in order of opening.</summary>
    public IReadOnlyList<Incident> Incidents { get; }

    public IReadOnlyList<Change> Changes { get; }

    public IReadOnlyList<OpenPatch> Open { get; }

    public IReadOnlyDictionary<string, DateTimeOffset> FixAvailable { get; }

    /// <summary>Deployments of one patch on one asset in order of start; made once for all months and groups.</summary>
    internal IReadOnlyDictionary<(string Patch, string Asset), List<Deployment>> Attempts => attempts.Value;

    internal IReadOnlyDictionary<string, Problem> ProblemsById => problemsById.Value;

    /// <summary>Successful deployments by the problem that they were made for.</summary>
    internal ILookup<string, Deployment> Answers => answers.Value;

    /// <summary>Incidents opened in a period, found without a look at the others.</summary>
    internal IEnumerable<Incident> IncidentsIn(KpiPeriod period)
    {
        int low = 0, high = Incidents.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Incidents[middle].Opened < period.From) low = middle + 1;
            else high = middle;
        }
        for (var i = low; i < Incidents.Count && Incidents[i].Opened < period.To; i++) yield return Incidents[i];
    }

    /// <summary>How long fixes of vulnerabilities found here took; read when asked for.</summary>
    public Lazy<IReadOnlyList<FixDelivery>> Deliveries { get; init; } = new(() => []);

    /// <summary>What a deployed patch called for when its day began; null where that is not known. Scored when first asked for.</summary>
    public Func<Deployment, PatchDecision?> DecisionOf { get; init; } = _ => null;

    /// <summary>What <see cref="Open"/> leaves out.</summary>
    public IReadOnlyList<ExceptedFindings> Excepted { get; init; } = [];

    public Asset? Asset(string? id) => id is not null && byId.TryGetValue(id, out var asset) ? asset : null;

    /// <summary>Name that people use, or the id where the asset is unknown.</summary>
    public string NameOf(string id) => byId.TryGetValue(id, out var asset) ? asset.Name : id;

    /// <summary>Reads a store.</summary>
    public static EstateFacts Read(ICatalogue catalogue, RiskPolicy policy, DateTimeOffset asOf, CancellationToken cancellationToken) =>
        Read(catalogue, new EstateRisk(catalogue, policy, asOf), asOf, cancellationToken);

    /// <inheritdoc cref="Read(ICatalogue, RiskPolicy, DateTimeOffset, CancellationToken)"/>
    public static EstateFacts Read(ICatalogue catalogue, EstateRisk risk, DateTimeOffset asOf, CancellationToken cancellationToken)
    {
        var fixes = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var closed = new Dictionary<(string Patch, string Vulnerability), DateTimeOffset>();
        foreach (var verdict in new EstateExposure(catalogue, asOf).Verdicts())
        {
            if (verdict.Patch is { } patch && verdict.AsOf > DateTimeOffset.UnixEpoch && (!fixes.TryGetValue(patch, out var known) || verdict.AsOf < known)) fixes[patch] = verdict.AsOf;
            if (verdict.Patch is { } closing && verdict.AsOf > DateTimeOffset.UnixEpoch) closed[(closing, verdict.Vulnerability)] = verdict.AsOf;
        }
        cancellationToken.ThrowIfCancellationRequested();
        var open = new List<OpenPatch>();
        foreach (var one in risk.By(f => [$"{f.Asset}{Separator}{f.Patch}{Separator}{(f.Patch is null ? f.Package : ProductText(f.Patch))}"], _ => true, explain: false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var parts = one.Id.Split(Separator);
            open.Add(new OpenPatch(parts[0], parts[1].Length == 0 ? null : parts[1], parts[2], one));
        }
        var deployments = catalogue.Deployments().ToList();
        var decisions = new Lazy<DeploymentDecisions>(() => new DeploymentDecisions(catalogue, risk.Model.Policy, deployments.Where(d => d.Started <= asOf), closed.Keys.ToLookup(c => c.Patch, c => c.Vulnerability, StringComparer.Ordinal)));
        var excepted = risk.Excepted.GroupBy(e => (e.Key.Asset, e.Key.Patch)).Select(g => new ExceptedFindings(g.Key.Asset, g.Key.Patch, g.Sum(e => e.Value))).ToList();
        var assets = catalogue.Assets().ToList();
        var ids = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        foreach (var asset in assets) ids[asset.Id] = asset.Id;
        string? Resolve(string item) => ids.TryGetValue(item, out var id) ? id : ids[item] = catalogue.ResolveAsset(item);
        return new EstateFacts(
            asOf, assets, deployments,
            [.. catalogue.Problems().Select(p => p with { ConfigurationItems = [.. p.ConfigurationItems.Select(i => Resolve(i) ?? i)] })],
            catalogue.IncidentTimes(asOf), [.. catalogue.Changes().Select(c => c with { ConfigurationItems = [.. c.ConfigurationItems.Select(i => Resolve(i) ?? i)] })],
            open, fixes)
        {
            Excepted = excepted,
            DecisionOf = d => decisions.Value.Of(d),
            Deliveries = new Lazy<IReadOnlyList<FixDelivery>>(() =>
            {
                var threats = catalogue.Threats([.. closed.Keys.Select(c => c.Vulnerability).Distinct(StringComparer.OrdinalIgnoreCase)], asOf);
                return [.. closed.Where(c => threats.TryGetValue(c.Key.Vulnerability, out var t) && t.Published is not null)
                    .Select(c => new FixDelivery(c.Key.Patch, c.Key.Vulnerability, threats[c.Key.Vulnerability].Published!.Value, c.Value))];
            }),
        };
    }

    /// <summary>The product's own name: <c>openssl</c> of <c>deb:openssl/3.0.11</c>.</summary>
    internal static string ProductText(string patch)
    {
        var product = PatchNames.Product(patch);
        var start = product.IndexOf(':', StringComparison.Ordinal) + 1;
        return start < product.Length ? product[start..] : product;
    }
}
