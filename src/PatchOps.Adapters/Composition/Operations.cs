using PatchOps.Adapters.Feeds;
using PatchOps.Adapters.Feeds.Download;
using PatchOps.Adapters.Files;
using PatchOps.Adapters.Inventory;
using PatchOps.Adapters.Metrics;
using PatchOps.Adapters.Notices;
using PatchOps.Adapters.Providers.Apt;
using PatchOps.Adapters.Records;
using PatchOps.Adapters.Reports;
using PatchOps.Adapters.Signatures;
using PatchOps.Adapters.Store;
using PatchOps.Core.Intake.Records;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Connect;
using PatchOps.Core.Operations.Decide;
using PatchOps.Adapters.Policies;
using PatchOps.Core.Governance;
using PatchOps.Core.Governance.Approvals;
using PatchOps.Core.Governance.Notices;
using PatchOps.Core.Operations.Intake;
using PatchOps.Core.Operations.Plan;
using PatchOps.Core.Operations.Problems;
using PatchOps.Core.Operations.Prove;
using PatchOps.Core.Operations.Queries;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Operations.Waves;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves.Halting;

namespace PatchOps.Adapters.Composition;

/// <summary>Which class answers which request. A request without an entry here is a defect that the parity test finds.</summary>
internal static class Operations
{
    private static readonly Dictionary<Type, Func<Parts, OperationRequest, CancellationToken, IAsyncEnumerator<OperationEvent>>> Table = new()
    {
        [typeof(ImportFeedRequest)] = Of<ImportFeedRequest>(p => new ImportFeedOperation(p.Catalogue, new FeedSource(), p.Audit, p.Clock, p.Caller)),
        [typeof(UpdateFeedRequest)] = Of<UpdateFeedRequest>(p => new UpdateFeedOperation(p.Catalogue, Downloads(p), p.Audit, p.Clock, p.Caller)),
        [typeof(GetInventoryRequest)] = Of<GetInventoryRequest>(p => new GetInventoryOperation(Inventory(p), p.Clock, () => p.KnownCatalogue)),
        [typeof(ImportAssetRequest)] = Of<ImportAssetRequest>(p => Records<ImportAssetRequest>(p, new AssetFileReader(p.As<ImportAssetRequest>().Asset, p.As<ImportAssetRequest>().Ecosystem), RecordMapping.Software, RecordMapping.Asset)),
        [typeof(ImportProblemRequest)] = Of<ImportProblemRequest>(p => Records<ImportProblemRequest>(p, new CaseFileReader(), RecordMapping.Problem)),
        [typeof(ImportIncidentRequest)] = Of<ImportIncidentRequest>(p => Records<ImportIncidentRequest>(p, new CaseFileReader(), RecordMapping.Incident)),
        [typeof(ImportChangeRequest)] = Of<ImportChangeRequest>(p => Records<ImportChangeRequest>(p, new TabularReader(), RecordMapping.Change)),
        [typeof(ImportDeploymentRequest)] = Of<ImportDeploymentRequest>(p => Records<ImportDeploymentRequest>(p, new TabularReader(), RecordMapping.Deployment)),
        [typeof(ImportFindingRequest)] = Of<ImportFindingRequest>(p => Records<ImportFindingRequest>(p, new FindingFileReader(p.As<ImportFindingRequest>().Asset, p.As<ImportFindingRequest>().Scanner), RecordMapping.Finding)),
        [typeof(ImportWindowRequest)] = Of<ImportWindowRequest>(p => Records<ImportWindowRequest>(p, new WindowFileReader(p.As<ImportWindowRequest>().Name), RecordMapping.WindowTimes, RecordMapping.Window)),
        [typeof(GetStoreRequest)] = Of<GetStoreRequest>(p => new GetStoreOperation(p.Catalogue)),
        [typeof(ExportStoreRequest)] = Of<ExportStoreRequest>(p => new ExportStoreOperation(new StoreArchive(p.Host.Store(p.Request.Store).Location), p.Audit, p.Clock, p.Caller)),
        [typeof(ImportStoreRequest)] = Of<ImportStoreRequest>(p => new ImportStoreOperation(new StoreArchive(StoreLocation.Resolve(p.Request.Store ?? p.Host.DefaultStore)), () => (p.Catalogue, p.Audit), p.Clock, p.Caller)),
        [typeof(GetAssetRequest)] = Of<GetAssetRequest>(p => new GetAssetOperation(p.Catalogue)),
        [typeof(SetAssetRequest)] = Of<SetAssetRequest>(p => new SetAssetOperation(p.Catalogue, p.Policy.Planning, p.Audit, p.Clock, p.Caller)),
        [typeof(GetProblemRequest)] = Of<GetProblemRequest>(p => new GetProblemOperation(p.Catalogue)),
        [typeof(GetIncidentRequest)] = Of<GetIncidentRequest>(p => new GetIncidentOperation(p.Catalogue)),
        [typeof(GetChangeRequest)] = Of<GetChangeRequest>(p => new GetChangeOperation(p.Catalogue)),
        [typeof(GetDeploymentRequest)] = Of<GetDeploymentRequest>(p => new GetDeploymentOperation(p.Catalogue)),
        [typeof(GetAdvisoryRequest)] = Of<GetAdvisoryRequest>(p => new GetAdvisoryOperation(p.Catalogue)),
        [typeof(GetAuditRequest)] = Of<GetAuditRequest>(p => new GetAuditOperation(p.Audit)),
        [typeof(TestAuditRequest)] = Of<TestAuditRequest>(p => new TestAuditOperation(p.Audit)),
        [typeof(GetExposureRequest)] = Of<GetExposureRequest>(p => new GetExposureOperation(p.Catalogue, p.Clock, p.Policy)),
        [typeof(GetRiskRequest)] = Of<GetRiskRequest>(p => new GetRiskOperation(p.Catalogue, p.Policy.Risk, p.Clock, p.Policy.Content)),
        [typeof(NewExceptionRequest)] = Of<NewExceptionRequest>(p => NewException(p)),
        [typeof(GetExceptionRequest)] = Of<GetExceptionRequest>(p => new GetExceptionOperation(p.Catalogue, p.Clock)),
        [typeof(RevokeExceptionRequest)] = Of<RevokeExceptionRequest>(p => new RevokeExceptionOperation(p.Catalogue, p.Audit, p.Clock, p.Caller)),
        [typeof(GetCandidateRequest)] = Of<GetCandidateRequest>(p => new GetCandidateOperation(p.Catalogue, p.Policy, p.Clock)),
        [typeof(GetDebtRequest)] = Of<GetDebtRequest>(p => new GetDebtOperation(p.Catalogue, p.Policy, p.Clock)),
        [typeof(SetProblemRequest)] = Of<SetProblemRequest>(p => new SetProblemOperation(p.Catalogue, p.Journal, p.Audit, () => p.Policy.Effectiveness, p.Clock, p.Caller)),
        [typeof(GetInvestigationRequest)] = Of<GetInvestigationRequest>(p => new GetInvestigationOperation(p.Catalogue)),
        [typeof(SetInvestigationRequest)] = Of<SetInvestigationRequest>(p => new SetInvestigationOperation(p.Catalogue, p.Audit, p.Clock, p.Caller)),
        [typeof(NewPlanRequest)] = Of<NewPlanRequest>(p => new NewPlanOperation(p.Catalogue, p.Approvals, p.Audit, p.Policy, p.Clock, p.Caller)),
        [typeof(GetPlanRequest)] = Of<GetPlanRequest>(p => new GetPlanOperation(p.Catalogue)),
        [typeof(ExportPlanRequest)] = Of<ExportPlanRequest>(p => new ExportPlanOperation(p.Catalogue, new DocumentWriter())),
        [typeof(TestPlanRequest)] = Of<TestPlanRequest>(p => new TestPlanOperation(p.Catalogue, p.Approvals, p.Policy, p.Clock, Waves(p).Hosts)),
        [typeof(ApprovePlanRequest)] = Of<ApprovePlanRequest>(p => new DecidePlanOperation<ApprovePlanRequest>(p.Approvals, p.Audit, p.Policy, p.Clock, p.Caller, approve: true)),
        [typeof(DenyPlanRequest)] = Of<DenyPlanRequest>(p => new DecidePlanOperation<DenyPlanRequest>(p.Approvals, p.Audit, p.Policy, p.Clock, p.Caller, approve: false)),
        [typeof(GetApprovalRequest)] = Of<GetApprovalRequest>(p => new GetApprovalOperation(p.Approvals, p.Clock)),
        [typeof(ImportPlanRequest)] = Of<ImportPlanRequest>(p => new ImportPlanOperation(p.Catalogue, p.Audit, new DocumentReader(), p.Policy, p.Clock, p.Caller)),
        [typeof(SendNotificationRequest)] = Of<SendNotificationRequest>(p => new SendNotificationOperation(new NoticeCollector(p.Approvals, p.Policy), p.Outbox, NoticeSinks.Make, p.Audit, p.Policy.Notifications, p.Clock, p.Caller, Runner())),
        [typeof(GetOutboxRequest)] = Of<GetOutboxRequest>(p => new GetOutboxOperation(p.Outbox)),
        [typeof(GetWindowRequest)] = Of<GetWindowRequest>(p => new GetWindowOperation(p.Catalogue, p.Policy.Planning, p.Clock)),
        [typeof(WatchRecurrenceRequest)] = Of<WatchRecurrenceRequest>(p => new WatchRecurrenceOperation(p.Catalogue, p.Policy.Effectiveness, p.Clock)),
        [typeof(TestEffectivenessRequest)] = Of<TestEffectivenessRequest>(p => new TestEffectivenessOperation(() => p.Catalogue, () => p.Journal, () => p.Audit, new MetricFile(), p.Policy.Effectiveness, p.Clock, p.Caller)),
        [typeof(InvokeWaveRequest)] = Of<InvokeWaveRequest>(p => new InvokeWaveOperation(Waves(p))),
        [typeof(UndoWaveRequest)] = Of<UndoWaveRequest>(p => new UndoWaveOperation(Waves(p))),
        [typeof(GetWaveRequest)] = Of<GetWaveRequest>(p => new GetWaveOperation(p.Catalogue, p.Journal)),
        [typeof(SuspendWaveRequest)] = Of<SuspendWaveRequest>(p => new ControlWaveOperation<SuspendWaveRequest>(Waves(p), WaveWish.Suspend)),
        [typeof(ResumeWaveRequest)] = Of<ResumeWaveRequest>(p => new ControlWaveOperation<ResumeWaveRequest>(Waves(p), WaveWish.Resume)),
        [typeof(GetProviderRequest)] = Of<GetProviderRequest>(p => new GetProviderOperation(p.Host.Providers(p.Request.Store))),
        [typeof(RegisterProviderRequest)] = Of<RegisterProviderRequest>(p => new RegisterProviderOperation(p.Host.Providers(p.Request.Store), () => p.Audit, p.Clock, p.Caller)),
        [typeof(GetKpiRequest)] = Of<GetKpiRequest>(p => new GetKpiOperation(p.Catalogue, p.Policy.Risk, p.Policy.Problems, p.Clock)),
        [typeof(ExportReportRequest)] = Of<ExportReportRequest>(p => new ExportReportOperation(p.Catalogue, p.Journal, p.Audit, new ReportWriter(), p.Policy.Risk, p.Clock, p.Caller)),
        [typeof(TestPolicyRequest)] = Of<TestPolicyRequest>(p => new TestPolicyOperation(new PolicySource(), () => p.Catalogue, p.Clock)),
        [typeof(GetCvssScoreRequest)] = Of<GetCvssScoreRequest>(_ => new GetCvssScoreOperation()),
        [typeof(CompareVersionRequest)] = Of<CompareVersionRequest>(_ => new CompareVersionOperation()),
    };

    public static IEnumerable<Type> Requests => Table.Keys;

    public static IAsyncEnumerator<OperationEvent> Start(OperationHost host, HostServices services, OperationRequest request, Caller caller, CancellationToken cancellationToken) =>
        Table.TryGetValue(request.GetType(), out var start)
            ? start(new Parts(host, services, request, caller), request, cancellationToken)
            : throw new InvalidOperationException($"{request.GetType().Name} has no operation.");

    private static Func<Parts, OperationRequest, CancellationToken, IAsyncEnumerator<OperationEvent>> Of<TRequest>(Func<Parts, IOperation<TRequest>> make)
        where TRequest : OperationRequest =>
        (parts, request, cancellationToken) => make(parts).RunAsync((TRequest)request, cancellationToken).GetAsyncEnumerator(cancellationToken);

    private static ImportRecordsOperation<TRequest> Records<TRequest>(Parts p, IRecordReader reader, params IReadOnlyList<RecordMapping> mappings) where TRequest : ImportRecordsRequest =>
        new(p.Catalogue, new GuardedReader(reader), p.Audit, p.Clock, p.Caller, mappings);

    private static NewExceptionOperation NewException(Parts p)
    {
        var policy = p.Policy;
        return new NewExceptionOperation(p.Catalogue, p.Audit, policy.Exceptions, policy.Planning.Freezes, p.Clock, p.Caller);
    }

    private static HostInventory Inventory(Parts p)
    {
        var request = p.As<GetInventoryRequest>();
        var connections = p.Host.Connections(HostAccess.Of(request));
        var shelf = p.Host.Providers(p.Request.Store);
        return new HostInventory(connections.Connect, (asset, host, token) => shelf.For(asset, new AptSettings()).DetectAsync(host, TimeSpan.FromSeconds(120), token), connections.Session);
    }

    private static string Runner() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Environment.MachineName}/{Environment.ProcessId}");

    private static FeedDownloads Downloads(Parts p)
    {
        var request = p.As<UpdateFeedRequest>();
        return new FeedDownloads(new FetchSettings
        {
            Folder = StoreLocation.Downloads(p.Host.Store(request.Store).Location), Proxy = request.Proxy is null ? null : new Uri(request.Proxy), Deadline = request.TimeLimit,
        }, p.Clock, Environment.GetEnvironmentVariable("NVD_API_KEY") is { Length: > 0 } key ? key : null);
    }

    private static WaveParts Waves(Parts p)
    {
        var connections = p.Host.Connections(p.Request is HostAccessRequest access ? HostAccess.Of(access) : new HostAccess());
        var shelf = p.Host.Providers(p.Request.Store);
        return new WaveParts(p.Catalogue, p.Journal, p.Audit, p.Clock, p.Caller)
        {
            Hosts = wave => new WaveHosts(p.Catalogue, connections, shelf, new ProbeFactory(p.Services, p.Clock), wave),
            Gate = new ProbeFactory(p.Services, p.Clock).Gate,
            Metrics = server => new Probes.PrometheusSource(server, TimeSpan.FromSeconds(10)),
            Approvals = p.Approvals,
            Risk = p.Policy.Risk,
            Runner = Runner(),
            Options = p.Host.Waits,
        };
    }

    /// <summary>What operations are made of; the store is opened only for those that ask for it.</summary>
    private sealed record Parts(OperationHost Host, HostServices Services, OperationRequest Request, Caller Caller)
    {
        public TimeProvider Clock => Host.Clock;

        public PatchPolicy Policy => PolicyFile.Read((Request as IFollowsPolicy)?.Policy);

        public ICatalogue Catalogue => Host.Store(Request.Store).Catalogue;

        public StoredApprovals Approvals => new(Catalogue, Journal, new CmsSignatures(Clock));

        /// <summary>The store where it exists already: reading hosts makes none.</summary>
        public ICatalogue? KnownCatalogue => File.Exists(StoreLocation.Resolve(Request.Store ?? Host.DefaultStore)) ? Catalogue : null;

        public T As<T>() where T : OperationRequest => (T)Request;

        public IJournal Journal => Host.Tap is { } tap ? tap(Host.Store(Request.Store).Journal) : Host.Store(Request.Store).Journal;

        public IOutbox Outbox => Host.Store(Request.Store).Outbox;

        public IAuditLog Audit => Host.Store(Request.Store).Audit;
    }
}
