using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Lab.Tests.Waves;

/// <summary>"Why is this not patched", asked of a real host that the store knows.</summary>
[Collection(LabCollection.Name)]
public sealed class HostReasonTests(ProductLab lab)
{
    private const string Host = "h7";

    [SkippableFact]
    public async Task A_host_that_the_store_knows_is_read_there_and_says_what_it_holds_back()
    {
        await lab.RequireAsync();
        await using var desk = new Desk(lab);
        await desk.AskAsync(new ImportAssetRequest { Path = [await lab.AssetsAsync(desk.Folder, "Production", Host)] });
        await lab.EnterAsync(Host, "sh", "-c", "apt-mark hold po-slow; printf 'Package: po-good\\nPin: version 1.0\\nPin-Priority: 1001\\n' >/etc/apt/preferences.d/reason");
        try
        {
            // Address and user stand in the store; only the key does not.
            var read = await desk.AskAsync(new GetInventoryRequest { ComputerName = [Host + ".LAB.example"], KeyFile = lab.KeyFile, KnownHostsFile = lab.KnownHosts });
            var inventory = read.One<InventoryResult>();
            Assert.True(inventory.UpdatesKnown);
            Assert.Equal(0, (await desk.AskAsync(new ImportAssetRequest { InputObject = [inventory] })).One<ImportResult>().Rejected);
            Assert.Equal(Host, (await desk.AskAsync(new GetAssetRequest())).One<Asset>().Id);
            foreach (var (number, package) in ((string[])["po-slow", "po-good", "po-web"]).Index())
                await desk.AdviseAsync(inventory.Software[0].Ecosystem!, $"CVE-2026-9990{number}", package, package == "po-web" ? "1.2" : "1.1");
            var reasons = (await desk.AskAsync(new GetExposureRequest { Status = [FindingStatus.Affected] })).All<Finding>()
                .Where(f => f.Cve is not null).GroupBy(f => f.Package, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Reason, StringComparer.Ordinal);
            Assert.StartsWith("Held: an administrator holds it", reasons["po-slow"], StringComparison.Ordinal);
            Assert.StartsWith("Pinned: a pin prefers 1.0", reasons["po-good"], StringComparison.Ordinal);
            Assert.Matches("^(Installable|Window):", reasons["po-web"]);
        }
        finally
        {
            await lab.EnterAsync(Host, "sh", "-c", "apt-mark unhold po-slow; rm -f /etc/apt/preferences.d/reason");
        }
    }
}
