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
    private readonly Lazy<DeploymentTimes> times;
    private readonly Lazy<DeploymentNumbers> numbers;
    private readonly Lazy<bool> flagged;
    private readonly Lazy<Dictionary<string, Problem>> problemsById;
    private readonly Lazy<ILookup<string, Deployment>> answers;

    /// <param name="assets">Not retired.</param>
    /// <param name="fixAvailable">Day on which each patch could first be had.</param>
    public EstateFacts(
        DateTimeOffset asOf, IReadOnlyList<Asset> assets, IReadOnlyList<Deployment> deployments, IReadOnlyList<Problem> problems, IncidentTable incidents,
        IReadOnlyList<Change> changes, IReadOnlyList<OpenPatch> open, IReadOnlyDictionary<string, DateTimeOffset> fixAvailable)
    {
        AsOf = asOf.ToUniversalTime();
        Assets = assets;
        byId = assets.ToDictionary(a => a.Id, StringComparer.Ordinal);
        Deployments = InOrder([.. deployments.Where(d => d.Started <= asOf)]);
        Problems = [.. problems.Where(p => p.Opened is null || p.Opened <= asOf)];
        Incidents = incidents.UpTo(AsOf);
        Changes = changes;
        Open = open;
        FixAvailable = fixAvailable;
        flagged = new(() =>
        {
            foreach (var row in Incidents.Rows)
                if (row.Flagged) return true;
            return false;
        });
        numbers = new(() => new DeploymentNumbers(Deployments));
        times = new(() => new DeploymentTimes(this));
        problemsById = new(() => Problems.GroupBy(p => p.Id, StringComparer.OrdinalIgnoreCase).ToDictionary(g => g.Key, g => g.First(), StringComparer.OrdinalIgnoreCase));
        answers = new(() => Deployments.Where(d => d is { Problem: not null, Outcome: DeploymentOutcome.Succeeded }).ToLookup(d => d.Problem!, StringComparer.OrdinalIgnoreCase));
    }

    public DateTimeOffset AsOf { get; }

    public IReadOnlyList<Asset> Assets { get; }

    /// <summary>Started by then, in order of start.</summary>
    public IReadOnlyList<Deployment> Deployments { get; }

    public IReadOnlyList<Problem> Problems { get; }

    public IncidentTable Incidents { get; }

    public IReadOnlyList<Change> Changes { get; }

    public IReadOnlyList<OpenPatch> Open { get; }

    public IReadOnlyDictionary<string, DateTimeOffset> FixAvailable { get; }

    internal DeploymentNumbers Numbers => numbers.Value;

    /// <summary>What each deployment took; made once for all months and groups.</summary>
    internal DeploymentTimes Times => times.Value;

    /// <summary>True where any incident points to a vulnerability.</summary>
    internal bool AnyFlagged => flagged.Value;

    internal IReadOnlyDictionary<string, Problem> ProblemsById => problemsById.Value;

    /// <summary>Successful deployments by the problem that they were made for.</summary>
    internal ILookup<string, Deployment> Answers => answers.Value;

    /// <summary>Place of the first deployment started at that time or later.</summary>
    internal int FirstFrom(DateTimeOffset time)
    {
        int low = 0, high = Deployments.Count;
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (Deployments[middle].Started < time) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// <summary>How long fixes of vulnerabilities found here took; read when asked for.</summary>
    public Lazy<IReadOnlyList<FixDelivery>> Deliveries { get; init; } = new(() => []);

    /// <summary>What a deployed patch called for when its day began; null where that is not known. Scored when first asked for.</summary>
    public Func<Deployment, PatchDecision?> DecisionOf { get; init; } = _ => null;

    /// <summary>One risk for each patch that is missing somewhere.</summary>
    public IReadOnlyList<PatchRisk> Patches { get; init; } = [];

    /// <summary>What <see cref="Open"/> leaves out.</summary>
    public IReadOnlyList<ExceptedFindings> Excepted { get; init; } = [];

    public Asset? Asset(string? id) => id is not null && byId.TryGetValue(id, out var asset) ? asset : null;

    /// <summary>Name that people use, or the id where the asset is unknown.</summary>
    public string NameOf(string id) => byId.TryGetValue(id, out var asset) ? asset.Name : id;

    /// <summary>Reads a store.</summary>
    public static EstateFacts Read(ICatalogue catalogue, RiskPolicy policy, DateTimeOffset asOf, CancellationToken cancellationToken) =>
        Read(new EstateRisk(new EstateRecords(catalogue, asOf).Ahead(), policy), cancellationToken);

    /// <summary>Reads a store; findings go by once, for everything that is made of them.</summary>
    /// <param name="seen">Is told every open finding on the way; null for nobody.</param>
    public static EstateFacts Read(EstateRisk risk, CancellationToken cancellationToken, Action<Finding>? seen = null)
    {
        var records = risk.Records;
        var (catalogue, asOf) = (records.Catalogue, records.AsOf);
        var fixes = new Dictionary<string, DateTimeOffset>(StringComparer.Ordinal);
        var closed = new Dictionary<(string Patch, string Vulnerability), DateTimeOffset>();
        var (open, patches) = (new List<OpenPatch>(), new List<PatchRisk>());
        foreach (var one in risk.By(KeysOf, _ => true, explain: false, Watch))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var parts = one.Id.Split(Separator);
            if (parts.Length == 1) patches.Add(one);
            else open.Add(new OpenPatch(parts[0], parts[1].Length == 0 ? null : parts[1], parts[2], one));
        }
        var decisions = new Lazy<DeploymentDecisions>(() => new DeploymentDecisions(records, risk.Model.Policy, closed.Keys.ToLookup(c => c.Patch, c => c.Vulnerability, StringComparer.Ordinal)));
        var excepted = risk.Excepted.GroupBy(e => (e.Key.Asset, e.Key.Patch)).Select(g => new ExceptedFindings(g.Key.Asset, g.Key.Patch, g.Sum(e => e.Value))).ToList();
        return new EstateFacts(
            asOf, records.Assets, records.Deployments, records.Problems,
            records.Incidents, [.. catalogue.Changes().Select(c => c with { ConfigurationItems = [.. c.ConfigurationItems.Select(records.Resolve)] })], open, fixes)
        {
            Patches = patches,
            Excepted = excepted,
            DecisionOf = d => decisions.Value.Of(d),
            Deliveries = new Lazy<IReadOnlyList<FixDelivery>>(() =>
            {
                var threats = catalogue.Threats([.. closed.Keys.Select(c => c.Vulnerability).Distinct(StringComparer.OrdinalIgnoreCase)], asOf);
                return [.. closed.Where(c => threats.TryGetValue(c.Key.Vulnerability, out var t) && t.Published is not null)
                    .Select(c => new FixDelivery(c.Key.Patch, c.Key.Vulnerability, threats[c.Key.Vulnerability].Published!.Value, c.Value))];
            }),
        };

        IEnumerable<string> KeysOf(Finding finding)
        {
            seen?.Invoke(finding);
            return Keys(finding);
        }

        // A key with separators is of one asset and patch, one without of a patch.
        static IEnumerable<string> Keys(Finding finding) => finding.Patch is { } patch
            ? [$"{finding.Asset}{Separator}{patch}{Separator}{ProductText(patch)}", patch]
            : [$"{finding.Asset}{Separator}{Separator}{finding.Package}"];

        void Watch(PackageVerdict verdict)
        {
            if (verdict.Patch is not { } patch || verdict.AsOf <= DateTimeOffset.UnixEpoch) return;
            if (!fixes.TryGetValue(patch, out var known) || verdict.AsOf < known) fixes[patch] = verdict.AsOf;
            closed[(patch, verdict.Vulnerability)] = verdict.AsOf;
        }
    }

    /// <summary>A store gives them in order already.</summary>
    private static IReadOnlyList<Deployment> InOrder(List<Deployment> deployments)
    {
        for (var i = 1; i < deployments.Count; i++)
            if (deployments[i - 1].Started > deployments[i].Started) return [.. deployments.OrderBy(d => d.Started)];
        return deployments;
    }

    /// <summary>The product's own name: <c>openssl</c> of <c>deb:openssl/3.0.11</c>.</summary>
    internal static string ProductText(string patch)
    {
        var product = PatchNames.Product(patch);
        var start = product.IndexOf(':', StringComparison.Ordinal) + 1;
        return start < product.Length ? product[start..] : product;
    }
}
