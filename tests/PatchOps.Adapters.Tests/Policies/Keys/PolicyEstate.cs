using System.Text.Json;
using System.Text.Json.Serialization;
using PatchOps.Adapters.Tests.Composition;
using PatchOps.Adapters.Tests.Plans;
using PatchOps.Core.Intake;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Problems.Debt;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Tests.Policies.Keys;

/// <summary>A small estate in which every key of the policy can show: stages, teams, windows, problems, incidents, deployments and updates.</summary>
public sealed class PolicyEstate : IAsyncLifetime
{
    private const string Patch = "deb:demo/1.1";
    private static readonly DateTimeOffset Now = new(2026, 11, 2, 8, 0, 0, TimeSpan.Zero);
    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() }, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };

    private readonly TestEstate estate = new(new StandingClock(Now));
    private int plans;

    public async Task InitializeAsync()
    {
        var production = Enumerable.Range(1, 6).Select(i => new Asset
        {
            Id = $"prod-{i}", Environment = AssetEnvironment.Production, BusinessUnit = i <= 3 ? "Shop" : "Bank", OwnerTeam = "web", Criticality = 4, Tags = i <= 3 ? ["till"] : ["desk"], MaintenanceWindow = i == 6 ? "night" : null,
            Site = i <= 3 ? "north" : "south", NetworkSegment = i <= 3 ? "dmz" : "lan", Hosting = i <= 3 ? Hosting.OnPremises : Hosting.Cloud,
        });
        var stage = new Asset { Id = "stage-1", Environment = AssetEnvironment.Test, BusinessUnit = "Shop", OwnerTeam = "web", Criticality = 3, Tags = ["till"] };
        await AddAsync(new ImportAssetRequest { InputObject = [.. new[] { stage }.Concat(production).SelectMany(a => new object[] { a, Installed(a.Id, "demo", "1.0"), Installed(a.Id, "other", "1.0") })] });
        // A hypervisor with a guest: it is changed only where its guests are moved away.
        await AddAsync(new ImportAssetRequest { InputObject = [new Asset { Id = "hyper-1", Environment = AssetEnvironment.Production }, Installed("hyper-1", "demo", "1.0"), new Asset { Id = "guest-1", Environment = AssetEnvironment.Production, Hypervisor = "hyper-1" }] });
        await AddAsync(new ImportAssetRequest { InputObject = [.. Enumerable.Range(1, 12).SelectMany(i => new object[] { new Asset { Id = $"extra-{i}", Environment = AssetEnvironment.Development }, Installed($"extra-{i}", "third", i <= 4 ? "1.0" : "1.1") })] });
        // Environments of their own: both groups were patched, so that neither may be the control of the other.
        await AddAsync(new ImportAssetRequest { InputObject = [.. new[] { "fix", "mix" }.SelectMany(g => Enumerable.Range(1, 4).Select(i => new Asset { Id = $"{g}-{i}", Environment = g == "fix" ? AssetEnvironment.Production : AssetEnvironment.Staging, Tags = [g] }))] });
        Facts();
        string[] items = ["stage-1", "hyper-1", .. production.Select(a => a.Id)];
        await AddAsync(new ImportProblemRequest
        {
            InputObject =
            [
                new Problem { Id = "PRB1", Status = "Open", Priority = "2", Opened = Now.AddDays(-200), Workaround = "restart it", ConfigurationItems = items, Patches = [Patch], Cves = ["CVE-2024-1001"] },
                new Problem { Id = "PRB2", Status = "Open", Opened = Now.AddDays(-20), ConfigurationItems = ["prod-5"], Patches = ["deb:other/2.0"] },
                new Problem { Id = "PRB4", Status = "Closed", ConfigurationItems = [.. Four("fix")], Patches = ["deb:openssl/3.0.11"] },
                new Problem { Id = "PRB5", Status = "Closed", ConfigurationItems = [.. Four("mix")], Patches = ["deb:curl/8.1"] },
            ],
        });
        await AddAsync(new ImportIncidentRequest { InputObject = [.. Incidents(items)] });
        await AddAsync(new ImportDeploymentRequest { InputObject = [.. Deployments()] });
    }

    public async Task DisposeAsync() => await estate.DisposeAsync();

    /// <summary>What a user sees under a policy, as one text.</summary>
    internal async Task<string> SeenAsync(string policy, PolicyView view)
    {
        if (view == PolicyView.Notify) return await NotifiedAsync(policy);
        var file = estate.Write("policy.yaml", policy + "\n");
        return view switch
        {
            PolicyView.Plan or PolicyView.Emergency => await AskAsync(Order(file, "n", view == PolicyView.Emergency), Answer.WhatIf),
            PolicyView.Approve => await ApprovedAsync(file),
            PolicyView.Check => await AskAsync(new TestPolicyRequest { Path = file }),
            PolicyView.Exposure => await AskAsync(new GetExposureRequest { Policy = file }),
            PolicyView.Candidates => await AskAsync(new GetCandidateRequest { Policy = file }),
            PolicyView.Debt => await AskAsync(new GetDebtRequest { Policy = file }),
            PolicyView.Kpi => await AskAsync(new GetKpiRequest { Policy = file }),
            PolicyView.Exception => await AskAsync(new NewExceptionRequest { Kind = PatchExceptionKind.LegacyPin, Patch = [Patch], Justification = "pinned", Until = Now.AddDays(100), Policy = file }, Answer.WhatIf),
            PolicyView.Effect => await AskAsync(new TestEffectivenessRequest { Policy = file }, Answer.WhatIf),
            _ => await AskAsync(new TestEffectivenessRequest { BeforeCount = 20, BeforeDays = 100, AfterCount = 6, AfterDays = 100, Policy = file })
                + await AskAsync(new TestEffectivenessRequest { BeforeCount = 10, BeforeDays = 100, AfterCount = 6, AfterDays = 100, Policy = file }),
        };
    }

    private static NewPlanRequest Order(string file, string name, bool emergency = false) =>
        new() { Name = name, Patch = [Patch, "deb:other/2.0"], Policy = file, Emergency = emergency, TimeLimit = TimeSpan.Zero };

    private async Task<string> ApprovedAsync(string file)
    {
        // The same content under a new name: nobody has decided on it yet.
        var plan = (PatchPlan)(await estate.RunAsync(Order(file, $"n{++plans}"), account: "ann")).Results[0];
        var text = "";
        foreach (var account in new[] { "ann", "bob" })
        {
            var (results, failures, _) = await estate.RunAsync(new ApprovePlanRequest { PlanId = plan.Id, Policy = file }, account: account);
            text += $"{account}: {results.Count} given, {string.Join(", ", failures.Select(f => f.Failure.Code))}\n";
        }
        return text;
    }

    private static async Task<string> NotifiedAsync(string policy)
    {
        await using var own = await PlanEstate.MakeAsync(new StandingClock(Now));
        var folder = own.Test.PathOf("out");
        var file = own.Test.Write("policy.yaml", policy.Replace("FOLDER", folder.Replace('\\', '/'), StringComparison.Ordinal) + "\n");
        var plan = await own.PlanAsync();
        await own.Test.RunAsync(new ApprovePlanRequest { PlanId = plan.Id });
        await own.Test.RunAsync(new ImportDeploymentRequest { InputObject = [.. FailingInstalls()] });
        // One more, on which nobody has decided.
        await own.PlanAsync(new NewPlanRequest { Name = "waiting", Patch = [PlanEstate.Patch], TimeLimit = TimeSpan.Zero });
        var (results, _, warnings) = await own.Test.RunAsync(new SendNotificationRequest { Policy = file });
        var told = results.Cast<OutboxMessage>().Select(m => $"{m.Sink} {m.Kind} {string.Join(';', m.Recipients)} {m.State} {m.Attempts} {m.Next:O} {m.Reason}");
        var files = Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).Select(d => $"{Path.GetFileName(d)}: {Directory.GetFiles(d).Length}") : [];
        return string.Join('\n', told.Concat(warnings).Concat(files)).Replace(folder, "", StringComparison.Ordinal);
    }

    private async Task<string> AskAsync(OperationRequest request, Answer answer = Answer.Yes)
    {
        var (results, failures, warnings) = await estate.RunAsync(request, answer);
        // What every change of a policy changes is left out.
        var shown = results.Select(r => r is PatchPlan plan ? plan with { Id = "", Hash = "", PolicyHash = null } : r).Select(r => JsonSerializer.Serialize(r, r.GetType(), Json));
        return string.Join('\n', shown.Concat(failures.Select(f => f.Failure.ToString()!)).Concat(warnings));
    }

    private async Task AddAsync(OperationRequest request)
    {
        var (results, failures, _) = await estate.RunAsync(request);
        Assert.Empty(failures);
        Assert.All(results.OfType<ImportResult>(), r => Assert.Equal(0, r.Rejected));
    }

    /// <summary>What feeds and hosts say: one exploited vulnerability, one late fix of a package on four of twelve hosts, and a host with updates that nobody needs.</summary>
    private void Facts()
    {
        var catalogue = estate.Host.Store(null).Catalogue;
        using var import = catalogue.BeginImport("Test", "test", Now);
        import.Add(new KevRecord("CVE-2024-1001") { Added = new DateOnly(2026, 9, 1) });
        import.Add(new VulnerabilityRecord("debian-tracker", "CVE-2024-2002", "third/CVE-2024-2002")
        {
            Trust = TrustRank.VendorAdvisory, Published = Now.AddDays(-100), AsOf = Now.AddDays(-50),
            Patches = [new PatchFact(PatchIds.Deb("third", "1.1")) { Kind = "enhancement", Released = Now.AddDays(-50) }],
            Affected = [new AffectedProduct("Debian:12", "third") { Status = ProductStatus.Affected, IsSourcePackage = true, Patches = [PatchIds.Deb("third", "1.1")], Ranges = [new VersionRange(RangeKind.Ecosystem, [new(VersionEventKind.Introduced, "0"), new(VersionEventKind.Fixed, "1.1")])] }],
        });
        // Fixed long ago: what waits is overdue.
        import.Add(new VulnerabilityRecord("debian-tracker", "CVE-2024-1001", "demo/CVE-2024-1001")
        {
            Trust = TrustRank.VendorAdvisory, Published = Now.AddDays(-300), AsOf = Now.AddDays(-290),
            Affected = [new AffectedProduct("Debian:12", "demo") { Status = ProductStatus.Affected, IsSourcePackage = true, Patches = [Patch], Ranges = [new VersionRange(RangeKind.Ecosystem, [new(VersionEventKind.Introduced, "0"), new(VersionEventKind.Fixed, "1.1")])] }],
        });
        import.Add(new InventoryResult
        {
            Asset = new Asset { Id = "desk-1", Tags = ["desk"] }, Taken = Now.AddDays(-1), UpdatesKnown = true, Software = [Installed("desk-1", "bash", "5.1")],
            PendingUpdates = [new AvailableUpdate { Asset = "desk-1", Package = "bash", InstalledVersion = "5.1", AvailableVersion = "5.2", Ecosystem = "Debian:12", Origin = "Debian Backports:12/bookworm-backports" }],
        });
        import.Complete(TimeSpan.Zero);
    }

    private static Software Installed(string asset, string package, string version) => new() { Asset = asset, Package = package, Version = version, Ecosystem = "Debian:12", Source = package };

    private static IEnumerable<string> Four(string group) => Enumerable.Range(1, 4).Select(i => $"{group}-{i}");

    /// <summary>Crashes that belong to PRB1, jams that nobody has linked, and two problems whose incidents became rare.</summary>
    private static IEnumerable<object> Incidents(string[] items)
    {
        var number = 0;
        Incident At(double daysAgo, string item, string category, string? problem, string? text = null) =>
            new() { Id = $"I{++number}", Opened = Now.AddDays(-daysAgo), ConfigurationItem = item, Category = category, Problem = problem, Description = text };
        for (var day = 3.0; day < 360; day += 20)
            foreach (var item in items) yield return At(day + (number % 7), item, "crash", "PRB1", "the demo service crashed with a segmentation fault");
        for (var k = 0; k < 12; k++) yield return At(5 + (3 * k), $"extra-{1 + (k % 4)}", "printing", null, "paper jam in the tray of the label printer");
        foreach (var (group, problem) in new[] { ("fix", "PRB4"), ("mix", "PRB5") })
        {
            foreach (var (item, i) in Four(group).Select((n, i) => (n, i)))
            {
                for (var day = 340.5 + i; day > 151; day -= 9) yield return At(day, item, "hang", problem, "the proxy hangs");
                for (var day = 140.5 + i; day > 1; day -= 60) yield return At(day, item, "hang", problem, "the proxy hangs");
            }
        }
    }

    /// <summary>A vendor's patch that fails where others do not.</summary>
    private static IEnumerable<object> FailingInstalls() => Enumerable.Range(0, 12).Select(i => new Deployment
    {
        Id = $"F{i}", Patch = i < 6 ? "KB500" : "KB400", Asset = $"host-{1 + (i % 3)}", Started = Now.AddDays(-3).AddHours(i), Outcome = i < 6 ? DeploymentOutcome.Failed : DeploymentOutcome.Succeeded,
    });

    private static IEnumerable<object> Deployments()
    {
        Deployment At(string patch, string asset, double daysAgo, double minutes = 20) =>
            new() { Id = $"{patch} {asset}", Patch = patch, Asset = asset, Started = Now.AddDays(-daysAgo), Ended = Now.AddDays(-daysAgo).AddMinutes(minutes), Outcome = DeploymentOutcome.Succeeded };
        for (var i = 1; i <= 6; i++) yield return At("deb:demo/1.0", $"prod-{i}", 300, 15 + i);
        foreach (var item in Four("fix")) yield return At("deb:openssl/3.0.11", item, 150);
        foreach (var item in Four("mix"))
        {
            yield return At("deb:curl/8.1", item, 150);
            yield return At("deb:nginx/1.26", item, 147);
        }
    }
}
