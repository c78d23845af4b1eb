using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;
using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>What one document brings, in one transaction: nothing is visible before <see cref="Complete"/>, and disposing without it leaves the store as it was.</summary>
public interface ICatalogueImport : IDisposable
{
    void Add(FeedRecord record);

    void Add(Asset asset);

    /// <summary>Everything installed on the assets named; what a listed asset had before and lacks here is gone.</summary>
    void Add(Software software);

    void Add(InventoryResult inventory);

    /// <summary>An asset as a person changed it; what it was before is remembered.</summary>
    void Edit(Asset asset);

    /// <summary>A version that was read on a host after a change takes the place of the last inventory's; a package that no inventory lists there is left alone.</summary>
    void Observe(string asset, string package, string version);

    /// <summary>A scanner's look at an asset: of what it reported there before, only what it reports here stays open. A look older than the one known changes nothing.</summary>
    void Add(ScanReport report);

    void Add(ScannerFinding finding);

    void Add(WindowDefinition window);

    void Add(Problem problem);

    void Add(Incident incident);

    void Add(Change change);

    void Add(Deployment deployment);

    /// <summary>Notes how far an address of a feed is taken over, with the records that it stands for.</summary>
    void Move(string feed, string address, FeedCursor cursor);

    /// <summary>Counts a record that could not be used; the first <see cref="ImportResult.ErrorLimit"/> are kept.</summary>
    void Reject(Failure failure);

    /// <summary>Something the administrator should know.</summary>
    void Note(string note);

    /// <summary>Commits, and says what changed.</summary>
    ImportResult Complete(TimeSpan elapsed);

    /// <summary>What <see cref="Complete"/> would say; nothing is stored.</summary>
    ImportResult Preview(TimeSpan elapsed);
}

/// <summary>Sources that are no files.</summary>
public static class ImportSources
{
    /// <summary>Objects from the pipeline: a part, never the whole, so nothing is retired for missing in it.</summary>
    public const string Pipeline = "pipeline";
}

/// <summary>One distinct package as installed, and where.</summary>
/// <param name="Assets">Ids of the assets that have exactly this version.</param>
public sealed record InstalledPackage(string Package, string? Source, string Version, string? Ecosystem, string? Architecture, IReadOnlyList<string> Assets)
{
    /// <summary>Version of the source package where it differs from the package's own; null otherwise.</summary>
    public string? SourceVersion { get; init; }

    /// <summary>CPE 2.3 name where the inventory gives one.</summary>
    public string? Cpe { get; init; }
}

/// <summary>A statement about a package, with the vulnerability it belongs to and who says it.</summary>
/// <param name="Vulnerability">Canonical id: the CVE where one exists.</param>
public sealed record PackageStatement(string Vulnerability, string Source, string Key, TrustRank Trust, DateTimeOffset AsOf, bool InForce, AffectedProduct Product);

/// <summary>A statement about products by CPE, with the vulnerability it belongs to and who says it.</summary>
public sealed record CpeStatement(string Vulnerability, string Source, string Key, TrustRank Trust, DateTimeOffset AsOf, CpeTree Tree);

/// <summary>What is known of a vulnerability's threat on one day.</summary>
public sealed record ThreatFacts
{
    public required string Id { get; init; }

    /// <summary>Vector that the order of trust prefers; null where nobody published one.</summary>
    public string? CvssVector { get; init; }

    /// <summary>Published base score of that rating, 0–10.</summary>
    public double? CvssScore { get; init; }

    public string? CvssSource { get; init; }

    /// <summary>Chance of exploitation somewhere within 30 days, 0–1.</summary>
    public double? Epss { get; init; }

    public DateOnly? EpssDate { get; init; }

    public DateOnly? KevAdded { get; init; }

    public DateOnly? KevDue { get; init; }

    public bool Ransomware { get; init; }

    public SsvcFact? Ssvc { get; init; }

    /// <summary>False where it was rejected or withdrawn: it stays known and affects nothing.</summary>
    public bool InForce { get; init; } = true;

    public string? Title { get; init; }

    public DateTimeOffset? Published { get; init; }
}

/// <summary>Facts: assets, software, vulnerabilities, service records, plans and decisions about them.</summary>
public interface ICatalogue : IProblemRecords
{
    StoreInfo Info();

    /// <summary>Where the store is, without a look into it.</summary>
    string Location => Info().Location;

    /// <param name="feed">Kind of document, for the result.</param>
    /// <param name="source">File, address or pipeline, for the result and for noticing what is gone.</param>
    /// <param name="at">Time of the import.</param>
    ICatalogueImport BeginImport(string feed, string source, DateTimeOffset at);

    IEnumerable<Asset> Assets(bool includeRetired = false);

    /// <summary>What imports and people changed of an asset and its packages, in order.</summary>
    IEnumerable<AssetChange> AssetChanges(string assetId);

    /// <summary>Asset id for an id, name or alias in any case; null where unknown.</summary>
    string? ResolveAsset(string name);

    IEnumerable<Software> Software(string? assetId);

    /// <summary>Distinct packages in order of name, without retired assets.</summary>
    /// <param name="assets">Only what these assets have; null for all.</param>
    /// <param name="wanted">Only packages for which it holds (they come without their assets); null for all. A few packages of a large estate take a fraction of the time.</param>
    IEnumerable<InstalledPackage> InstalledPackages(IReadOnlySet<string>? assets = null, Func<InstalledPackage, bool>? wanted = null);

    /// <summary>Updates that hosts themselves see and do not have yet.</summary>
    /// <param name="assets">Only of these assets; null for all.</param>
    IEnumerable<Domain.AvailableUpdate> PendingUpdates(IReadOnlySet<string>? assets = null);

    /// <summary>Ids of assets whose own package manager has said what it would update.</summary>
    IEnumerable<string> AssetsWithKnownUpdates();

    /// <summary>What repositories offer of packages that are installed somewhere.</summary>
    IEnumerable<PackageRecord> Offered();

    /// <summary>What scanners had reported and not yet taken back on a day, one vulnerability each, by its canonical id; assets are ids.</summary>
    IEnumerable<ScannerFinding> ScannerFindings(DateTimeOffset asOf);

    /// <summary>How far an address of a feed is taken over; null where nothing is.</summary>
    FeedCursor? Cursor(string feed, string address);

    /// <summary>Imported windows, by name.</summary>
    IReadOnlyList<WindowDefinition> Windows();

    IEnumerable<Problem> Problems();

    /// <summary>In order of opening, half-open [from, to); items are asset ids.</summary>
    IEnumerable<Incident> Incidents(DateTimeOffset? from = null, DateTimeOffset? to = null);

    /// <summary>The same up to a time, for those who count a million: columns, every text that repeats once.</summary>
    IncidentTable IncidentTable(DateTimeOffset to);

    /// <summary>The same for those who look at single ones too.</summary>
    IncidentRecords IncidentRecords(DateTimeOffset to);

    IEnumerable<Change> Changes();

    /// <summary>In order of start; assets are ids.</summary>
    IEnumerable<Deployment> Deployments();

    /// <summary>Every statement about packages of the names given, or of all packages where null.</summary>
    IEnumerable<PackageStatement> Statements(IReadOnlySet<string>? packages = null);

    /// <summary>Every configuration of products in force that names one of the products given, as <c>part:vendor:product</c> in lower case.</summary>
    IEnumerable<CpeStatement> CpeStatements(IReadOnlySet<string> products);

    /// <summary>Canonical id of a vulnerability by any of its names, in any case; null where unknown.</summary>
    string? VulnerabilityId(string name);

    /// <summary>Packages whose repository's change log names a vulnerability.</summary>
    IEnumerable<string> ChangeLogPackages(string vulnerability);

    /// <summary>What sources say of patches; one patch may come several times.</summary>
    /// <param name="pattern">Wildcard for the id (* and ?).</param>
    IEnumerable<PatchFact> Patches(string pattern);

    /// <summary>What each source says about one vulnerability, by any of its names, trusted sources first.</summary>
    IReadOnlyList<VulnerabilityRecord> Vulnerability(string id);

    /// <summary>Ids of vulnerabilities that match a wildcard pattern (* and ?), in order.</summary>
    IEnumerable<string> VulnerabilityIds(string? pattern);

    /// <summary>Threat facts as known at the end of a day; ids that nobody knows are left out.</summary>
    IReadOnlyDictionary<string, ThreatFacts> Threats(IReadOnlyCollection<string> ids, DateTimeOffset asOf);

    /// <summary>Threat facts day by day, half-open [from, to): each day's are exactly what <see cref="Threats"/> gives for its end.</summary>
    /// <param name="unrated">True for vulnerabilities that only EPSS knows as well.</param>
    IEnumerable<ThreatHistory> ThreatHistories(DateOnly from, DateOnly to, bool unrated = false);

    /// <summary>Stores a plan; the same plan again changes nothing.</summary>
    /// <exception cref="FailureException"><c>KeyConflict</c>: the id exists with another hash.</exception>
    void SavePlan(PatchPlan plan);

    PatchPlan? Plan(string id);

    /// <summary>Newest first.</summary>
    IEnumerable<PatchPlan> Plans();

    /// <summary>Plans that say that they replace this one, newest first.</summary>
    IEnumerable<PatchPlan> Replacements(string planId);

    /// <summary>Records a verdict; of one problem and patch the newest counts.</summary>
    void AddVerdict(EffectivenessResult verdict, DateTimeOffset at);

    /// <summary>Records many at once.</summary>
    void AddVerdicts(IReadOnlyList<EffectivenessResult> verdicts, DateTimeOffset at)
    {
        foreach (var verdict in verdicts) AddVerdict(verdict, at);
    }

    /// <summary>Newest verdict of each problem, as known on a day.</summary>
    IReadOnlyList<(EffectivenessResult Verdict, DateTimeOffset At)> Verdicts(DateTimeOffset asOf);

    /// <summary>Records a decision to leave findings open; the same again changes nothing.</summary>
    /// <exception cref="FailureException"><c>KeyConflict</c>: the id exists with other content.</exception>
    void AddException(PatchException exception);

    /// <summary>Ends an exception for good; the same revocation again changes nothing.</summary>
    /// <exception cref="FailureException"><c>ExceptionNotFound</c>; <c>KeyConflict</c>: it was revoked otherwise before.</exception>
    PatchException RevokeException(string id, string by, string justification, DateTimeOffset at);

    /// <summary>Oldest first, as stored: their state on a day is for the reader to find.</summary>
    IEnumerable<PatchException> Exceptions();

    void AddApproval(Approval approval);

    /// <summary>Decisions on exactly this plan hash, oldest first.</summary>
    IReadOnlyList<Approval> Approvals(string planHash);
}
