using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>Assets changed by hand.</summary>
public sealed class SetAssetTests : IAsyncLifetime
{
    private readonly TestEstate estate = new();

    public async Task InitializeAsync() => await estate.RunAsync(new ImportAssetRequest
    {
        Path = [estate.Write("assets.csv", "Id,Name,Criticality,MaintenanceWindow,Tags\nw1,web01,2,Sat 22:00-02:00,web;old\nw2,web02,2,,web\nd1,db01,5,,db\n")],
    });

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Fact]
    public async Task What_was_changed_by_whom_is_in_the_trail_and_the_rest_stays()
    {
        var (results, failures, _) = await estate.RunAsync(new SetAssetRequest { Id = ["web*"], Criticality = 4, Tags = ["web"], Clear = ["MaintenanceWindow"] });
        Assert.Empty(failures);
        Assert.Equal(2, results.Count);
        var web01 = (await Assets()).Single(a => a.Id == "w1");
        Assert.Equal((4, null, "web"), (web01.Criticality, web01.MaintenanceWindow, string.Join(';', web01.Tags)));
        Assert.Equal(5, (await Assets()).Single(a => a.Id == "d1").Criticality);

        var entry = (await estate.RunAsync(new GetAuditRequest())).Results.Cast<AuditEntry>().Single(e => e is { Action: "AssetChanged", Subject: "w1" });
        Assert.Equal("tester", entry.Actor);
        Assert.Contains("2 → 4", entry.Payload);
        Assert.Contains("Sat 22:00-02:00", entry.Payload);

        // The same again is no change, and nobody is retired for not being named.
        await estate.RunAsync(new SetAssetRequest { Id = ["web*"], Criticality = 4 });
        Assert.Equal(2, (await estate.RunAsync(new GetAuditRequest())).Results.Cast<AuditEntry>().Count(e => e.Action == "AssetChanged"));
        Assert.Equal(3, (await Assets()).Count);
    }

    [Fact]
    public async Task A_new_name_finds_it_and_so_does_the_old_one()
    {
        await estate.RunAsync(new SetAssetRequest { Id = ["web01"], Name = "shop01" });
        Assert.Equal("w1", Assert.Single((await estate.RunAsync(new GetAssetRequest { Id = ["shop01"] })).Results.Cast<Asset>()).Id);
        Assert.Equal("w1", Assert.Single((await estate.RunAsync(new GetAssetRequest { Id = ["web01"] })).Results.Cast<Asset>()).Id);
    }

    [Fact]
    public async Task What_cannot_be_used_is_refused_before_anything_changes()
    {
        Assert.Equal("WindowInvalid", await Refused(new SetAssetRequest { Id = ["*"], MaintenanceWindow = "whenever" }));
        Assert.Equal("ParameterOutOfRange", await Refused(new SetAssetRequest { Id = ["*"], Criticality = 9 }));
        Assert.Equal("PropertyUnknown", await Refused(new SetAssetRequest { Id = ["*"], Clear = ["Id"] }));
        Assert.Equal("ParameterConflict", await Refused(new SetAssetRequest { Id = ["*"], Criticality = 3, Clear = ["criticality"] }));
        Assert.Equal("DateInvalid", await Refused(new SetAssetRequest { Id = ["*"], EndOfSupport = "soon" }));
        Assert.Equal("AssetNotFound", await Refused(new SetAssetRequest { Id = ["nobody"], Criticality = 3 }));
        Assert.Equal("ParameterMissing", await Refused(new SetAssetRequest()));
        Assert.Equal("TimeZoneUnknown", await Refused(new SetAssetRequest { Id = ["*"], TimeZone = "Mars/Base" }));
        Assert.DoesNotContain((await estate.RunAsync(new GetAuditRequest())).Results.Cast<AuditEntry>(), e => e.Action == "AssetChanged");
    }

    [Fact]
    public async Task Under_what_if_the_record_flows_and_nothing_is_stored()
    {
        var (results, _, _) = await estate.RunAsync(new SetAssetRequest { Id = ["db01"], Criticality = 1 }, Answer.WhatIf);
        Assert.Equal(1, ((Asset)Assert.Single(results)).Criticality);
        Assert.Equal(5, (await Assets()).Single(a => a.Id == "d1").Criticality);
    }

    [Fact]
    public async Task An_imported_window_can_be_named()
    {
        await estate.RunAsync(new ImportWindowRequest { Path = [estate.Write("w.csv", "Name,Window\nNight,daily 01:00 2h\n")] });
        Assert.Empty((await estate.RunAsync(new SetAssetRequest { Id = ["db01"], MaintenanceWindow = "night" })).Failures);
    }

    private async Task<string> Refused(SetAssetRequest request) => (await estate.FailAsync(request)).Code;

    private async Task<List<Asset>> Assets() => [.. (await estate.RunAsync(new GetAssetRequest())).Results.Cast<Asset>()];
}
