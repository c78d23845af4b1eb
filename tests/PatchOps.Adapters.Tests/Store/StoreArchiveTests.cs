using System.IO.Compression;
using PatchOps.Adapters.Tests.Composition;
using PatchOps.Adapters.Tests.Plans;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Store;

public sealed class StoreArchiveTests
{
    [Fact]
    public async Task A_store_comes_back_whole_with_plans_approvals_runs_and_trail()
    {
        await using var estate = await PlanEstate.MakeAsync();
        var plan = await estate.PlanAsync();
        await estate.Test.RunAsync(new ApprovePlanRequest { PlanId = plan.Id });
        await estate.RunAsync(plan, "host-1");
        var file = estate.Test.PathOf("backup.zip");
        Assert.Empty((await estate.Test.RunAsync(new ExportStoreRequest { Path = file })).Failures);

        var copy = estate.Test.PathOf("elsewhere/copy.db");
        var (results, failures, _) = await estate.Test.RunAsync(new ImportStoreRequest { Path = file, Store = copy });
        Assert.Empty(failures);
        Assert.Equal((3L, 1L), Assert.IsType<StoreInfo>(Assert.Single(results)) is { } info ? (info.Assets, info.Plans) : default);
        var statuses = (await estate.Test.RunAsync(new GetApprovalRequest { Store = copy })).Results.Cast<ApprovalStatus>();
        Assert.Equal(ApprovalState.Given, Assert.Single(statuses).State);
        var runs = (await estate.Test.RunAsync(new GetWaveRequest { PlanId = plan.Id, Wave = 1, Hosts = true, Store = copy })).Results.Cast<HostRun>();
        Assert.Equal(HostState.Done, runs.Single(r => r.Asset == "host-1").State);
        Assert.True(((AuditVerdict)Assert.Single((await estate.Test.RunAsync(new TestAuditRequest { Store = copy })).Results)).Intact);
        Assert.Equal("StoreImported", (await estate.Test.RunAsync(new GetAuditRequest { Store = copy })).Results.Cast<AuditEntry>().Last().Action);

        // Neither the old store nor the new one is ever written over.
        Assert.Equal("StoreExists", (await estate.Test.FailAsync(new ImportStoreRequest { Path = file, Store = copy })).Code);
        Assert.Equal("StoreExists", (await estate.Test.FailAsync(new ImportStoreRequest { Path = file })).Code);
    }

    [Fact]
    public async Task A_file_that_is_no_copy_or_was_changed_makes_no_store()
    {
        await using var estate = new TestEstate();
        var file = estate.PathOf("backup.zip");
        await estate.RunAsync(new ExportStoreRequest { Path = file });
        var target = estate.PathOf("new.db");
        Task<Failure> Refused(string path) => estate.FailAsync(new ImportStoreRequest { Path = path, Store = target });
        Assert.Equal("PathNotFound", (await Refused(estate.PathOf("none.zip"))).Code);
        Assert.Equal("ArchiveInvalid", (await Refused(estate.Write("text.zip", "hello"))).Code);

        var half = estate.PathOf("half.zip");
        var bytes = await File.ReadAllBytesAsync(file);
        await File.WriteAllBytesAsync(half, bytes[..(bytes.Length / 2)]);
        Assert.Equal("ArchiveInvalid", (await Refused(half)).Code);

        var forged = estate.PathOf("forged.zip");
        File.Copy(file, forged);
        using (var zip = ZipFile.Open(forged, ZipArchiveMode.Update))
        {
            zip.GetEntry("runs.db")!.Delete();
            using var entry = zip.CreateEntry("runs.db").Open();
            entry.Write("SQLite format 3"u8);
        }
        Assert.Equal("ArchiveInvalid", (await Refused(forged)).Code);
        Assert.False(File.Exists(target));
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(target)!, ".*.tmp"));
        Assert.Empty((await estate.RunAsync(new ImportStoreRequest { Path = file, Store = target }, Answer.WhatIf)).Results);
        Assert.False(File.Exists(target));
    }
}
