using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>Incidents tied to what is open on the item they hit: by what texts name, by what records name, by what items have in common.</summary>
public sealed class IncidentMatchTests : IAsyncLifetime
{
    private const string Patch = "deb:libfoo2/2.1";

    private static readonly DateTimeOffset Now = NoonClock.Now;

    private readonly TestEstate estate = new();

    /// <summary>Twelve web servers of one kind; the first six lack a security update.</summary>
    public async Task InitializeAsync() => await estate.RunAsync(new ImportAssetRequest
    {
        InputObject = [.. Enumerable.Range(1, 12).Select(i => new InventoryResult
        {
            Asset = new Asset { Id = $"web{i:00}", Tags = ["role:web"], OperatingSystem = "Debian 12" },
            Taken = Now,
            Software =
            [
                new Software { Asset = $"web{i:00}", Package = "libfoo2", Version = i <= 6 ? "2.0" : "2.1", Ecosystem = "Debian:12" },
                new Software { Asset = $"web{i:00}", Package = "file", Version = "1.0", Ecosystem = "Debian:12" },
                .. i <= 2 ? (Software[])[new Software { Asset = $"web{i:00}", Package = "bar", Version = "2", Ecosystem = "Debian:12" }] : [],
            ],
            PendingUpdates = i > 6 ? [] :
            [
                new AvailableUpdate { Asset = $"web{i:00}", Package = "libfoo2", InstalledVersion = "2.0", AvailableVersion = "2.1", Security = true, HeldBack = i == 1 ? "pinned" : null },
                new AvailableUpdate { Asset = $"web{i:00}", Package = "file", InstalledVersion = "1.0", AvailableVersion = "1.1", Security = true },
            ],
        })],
    });

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Fact]
    public async Task What_the_text_names_is_flagged_only_where_it_is_open()
    {
        await estate.RunAsync(new ImportProblemRequest { InputObject = [new Problem { Id = "PRB1", Status = "Open", ConfigurationItems = ["web01", "web02"], Patches = ["deb:bar/3"], Cves = ["CVE-2024-1001"] }] });
        var result = await ImportAsync(
            Incident("A", "web01", "scanner complains about cve-2024-1001"),
            Incident("B", "web07", "scanner complains about CVE-2024-1001"),
            Incident("C", "web02", "crash in libfoo2, core dumped"),
            Incident("D", "web08", "crash in libfoo2, core dumped"),
            Incident("E", "web03", $"needs {Patch}"),
            Incident("F", "web02", "nothing to see") with { Problem = "PRB1" },
            Incident("G", "web04", "printer is out of paper"),
            Incident("H", null!, "CVE-2024-1001 somewhere"));
        Assert.Equal((8, 0, 4), (result.Added, result.Rejected, result.Flagged));
        var flagged = await FlaggedAsync();
        Assert.Equal(["A", "C", "E", "F"], flagged.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["CVE-2024-1001"], flagged["A"].Vulnerabilities);
        Assert.Contains("the text names CVE-2024-1001", flagged["A"].Flag);
        Assert.Contains("the text names the package libfoo2", flagged["C"].Flag);
        Assert.Contains("2.0", flagged["C"].Flag);
        Assert.Equal([Patch], flagged["E"].Vulnerabilities);
        Assert.Contains("its problem PRB1 names CVE-2024-1001", flagged["F"].Flag);
        // Importing again flags nothing twice; what is patched meanwhile keeps the flag that it had.
        Assert.Equal(0, (await ImportAsync(Incident("A", "web01", "scanner complains about cve-2024-1001"))).Flagged);
    }

    [Fact]
    public async Task An_everyday_word_that_is_also_a_package_flags_nothing()
    {
        var incidents = Enumerable.Range(0, 40).Select(i => Incident($"I{i}", $"web{1 + (i % 12):00}", i % 2 == 0 ? "the file share hangs" : "cannot open a file")).ToArray();
        Assert.Equal(0, (await ImportAsync(incidents)).Flagged);
        Assert.Empty(await FlaggedAsync());
    }

    [Fact]
    public async Task A_preview_flags_nothing()
    {
        var (results, _, _) = await estate.RunAsync(new ImportIncidentRequest { InputObject = [Incident("A", "web01", $"needs {Patch}")] }, Answer.WhatIf);
        Assert.Equal(0, Assert.IsType<ImportResult>(Assert.Single(results)).Flagged);
        Assert.Empty(await FlaggedAsync());
    }

    [Fact]
    public async Task A_group_that_keeps_to_items_without_a_patch_is_a_candidate_for_it_and_noise_is_not()
    {
        var incidents = new List<Incident>();
        for (var host = 1; host <= 12; host++)
        {
            for (var n = 0; n < (host <= 6 ? 5 : host % 3 == 0 ? 1 : 0); n++) incidents.Add(Incident($"S{host}-{n}", $"web{host:00}", n % 2 == 0 ? "Checkout page stays blank" : "Blank page at checkout") with { Category = "Blank page", Opened = Now.AddDays(-10 - (20 * n) - host) });
            for (var n = 0; n < 3; n++) incidents.Add(Incident($"N{host}-{n}", $"web{host:00}", "Certificate expires within a week") with { Category = "Certificate", Opened = Now.AddDays(-5 - (30 * n) - host) });
        }
        await ImportAsync([.. incidents]);
        var found = (await estate.RunAsync(new GetCandidateRequest())).Results.Cast<PatchCandidate>().ToList();
        var candidate = Assert.Single(found);
        Assert.StartsWith("CL-", candidate.Id, StringComparison.Ordinal);
        Assert.Equal((null, "Blank page", CandidateEvidence.Association), (candidate.Problem, candidate.Category, candidate.Evidence));
        Assert.Contains(Patch, candidate.Patches);
        // Both updates are missing on the same hosts: they cannot be told apart, and both are named.
        Assert.Contains("deb:file/1.1", candidate.Patches);
        Assert.Contains("comparable items", candidate.Reason);
        Assert.True(candidate.IncidentsAvoided > 0 && candidate.IncidentsAvoidedLow > 0 && candidate.Confidence < 0.5);
        Assert.Contains(candidate.Reasons, r => r.Contains("No problem record", StringComparison.Ordinal));
        Assert.Equal(32, candidate.Incidents);
    }

    [Fact]
    public async Task What_blocks_a_patch_is_named()
    {
        await estate.RunAsync(new ImportDeploymentRequest
        {
            InputObject = [new Deployment { Id = "D1", Patch = Patch, Asset = "web02", Started = Now.AddDays(-3), Outcome = DeploymentOutcome.RolledBack }],
        });
        await estate.RunAsync(new NewExceptionRequest { Kind = PatchExceptionKind.LegacyPin, Patch = [Patch], Asset = ["web03"], Justification = "old client", Until = Now.AddDays(9), ApprovedBy = "CISO" });
        async Task<PatchDebt> DebtAsync(string asset, string? policy = null) =>
            (await estate.RunAsync(new GetDebtRequest { By = Core.Problems.Debt.DebtGrouping.Asset, Policy = policy })).Results.Cast<PatchDebt>().Single(d => d.Id == asset);

        var held = await DebtAsync("web01");
        Assert.Equal(PatchBlocker.HeldBack, held.Blocker);
        Assert.Contains("pinned", held.BlockedBy);
        var failed = await DebtAsync("web02");
        Assert.Equal(PatchBlocker.FailedDeployments, failed.Blocker);
        Assert.Contains("D1", failed.BlockedBy);
        var pinned = await DebtAsync("web03");
        Assert.Equal(PatchBlocker.Exception, pinned.Blocker);
        Assert.Contains("old client", pinned.BlockedBy);
        Assert.Equal(PatchBlocker.None, (await DebtAsync("web04")).Blocker);
        var frozen = estate.Write("frozen.yaml", "planning:\n  freezes:\n    - { name: All year, when: 01-01..12-31 }\n");
        var stopped = await DebtAsync("web04", frozen);
        Assert.Equal(PatchBlocker.Freeze, stopped.Blocker);
        Assert.Contains("All year", stopped.BlockedBy);
    }

    private static Incident Incident(string id, string? item, string text) => new() { Id = id, Opened = Now.AddDays(-1), ConfigurationItem = item, Description = text };

    private async Task<ImportResult> ImportAsync(params Incident[] incidents) =>
        Assert.IsType<ImportResult>(Assert.Single((await estate.RunAsync(new ImportIncidentRequest { InputObject = incidents })).Results));

    private async Task<Dictionary<string, Incident>> FlaggedAsync() =>
        (await estate.RunAsync(new GetIncidentRequest { Flagged = true })).Results.Cast<Incident>().ToDictionary(i => i.Id);
}
