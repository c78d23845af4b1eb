using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>Lists of what is installed, as hosts and build tools write them.</summary>
public sealed class InstalledFileTests : IAsyncLifetime
{
    private readonly TestEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_inventory_that_was_written_as_JSON_comes_back_as_it_was(bool list)
    {
        InventoryResult[] hosts =
        [
            new()
            {
                Asset = new Asset { Id = "m1", Name = "web01", OperatingSystem = "Debian 12", Transport = TransportKind.Ssh, Aliases = ["web01.example.org"] }, Taken = new DateTimeOffset(2026, 1, 5, 10, 0, 0, TimeSpan.Zero), UpdatesKnown = true,
                Software = [new Software { Asset = "m1", Package = "bash", Version = "5.2.15-2+b2", Ecosystem = "Debian:12", Architecture = "amd64", SourceVersion = "5.2.15-2" }],
                PendingUpdates = [new AvailableUpdate { Asset = "m1", Package = "bash", InstalledVersion = "5.2.15-2+b2", AvailableVersion = "5.2.15-3", Security = true, HeldBack = "pinned" }],
            },
            new() { Asset = new Asset { Id = "gone" }, Taken = new DateTimeOffset(2026, 1, 5, 10, 0, 0, TimeSpan.Zero), Failure = new Failure("HostUnreachable", FailureKind.Unavailable, "gone does not answer.", "gone") },
        ];
        // As the command line writes it, and as ConvertTo-Json does: a list, with numbers for names.
        var options = new System.Text.Json.JsonSerializerOptions();
        if (!list) options.Converters.Add(new System.Text.Json.Serialization.JsonStringEnumConverter());
        var texts = hosts.Select(h => System.Text.Json.JsonSerializer.Serialize(h, options)).ToList();
        var path = estate.Write("inventory.json", list ? $"[\n{string.Join(",\n", texts)}\n]" : string.Join('\n', texts) + "\n{\"Asset\":{\"Id\":\"torn\"\n");
        var (results, failures, _) = await estate.RunAsync(new ImportAssetRequest { Path = [path] });
        var result = Assert.IsType<ImportResult>(Assert.Single(results));
        Assert.Equal(list ? 1 : 2, result.Rejected);
        Assert.Contains(failures, f => f.Failure.Code == "HostUnreachable");
        var catalogue = estate.Host.Store(null).Catalogue;
        var asset = Assert.Single(catalogue.Assets());
        Assert.Equal(("m1", "web01", "Debian 12", TransportKind.Ssh), (asset.Id, asset.Name, asset.OperatingSystem, asset.Transport));
        Assert.Equal(hosts[0].Software[0] with { Source = "" }, Assert.Single(catalogue.Software("m1")) with { Source = "" });
        Assert.Equal(hosts[0].PendingUpdates[0], Assert.Single(catalogue.PendingUpdates()));
    }

    [Fact]
    public async Task A_dpkg_status_file_brings_what_is_installed_and_names_its_broken_paragraphs()
    {
        var path = estate.Write("web01.status", """
            Package: libc6
            Status: install ok installed
            Architecture: amd64
            Source: glibc (2.36-9)
            Version: 2.36-9+deb12u1
            Description: library
             more: text

            Package: gone
            Status: deinstall ok config-files
            Version: 1

            Package: torn
            Status: install ok installed

            Package: bash
            Status: install ok installed
            Version: 5.2.15-2+b2

            """);
        var (result, failures) = await Import(new ImportAssetRequest { Path = [path], Ecosystem = "Debian:12" });
        Assert.Equal((3, 2, 1), (result.Read, result.Added, result.Rejected));
        Assert.Contains("line 13", Assert.Single(failures).Failure.Message);
        Assert.Contains("torn", failures[0].Failure.Message);
        Assert.Empty(result.Notes);
        Assert.Equal("web01", Assert.Single(await Assets()).Id);
        Assert.Equal(2, (await Import(new ImportAssetRequest { Path = [path], Ecosystem = "Debian:12" })).Result.Unchanged);
    }

    [Fact]
    public async Task Packages_without_an_ecosystem_are_counted_in_a_note()
    {
        var path = estate.Write("status", "Package: bash\nStatus: install ok installed\nVersion: 5.2\n");
        var (result, _) = await Import(new ImportAssetRequest { Path = [path], Asset = "web02" });
        Assert.Contains("-Ecosystem", Assert.Single(result.Notes));
        Assert.Equal("web02", Assert.Single(await Assets()).Id);
    }

    [Fact]
    public async Task The_index_of_a_repository_is_no_inventory()
    {
        var path = estate.Write("Packages", "Package: bash\nVersion: 5.2\nFilename: pool/bash.deb\n");
        Assert.Equal("FileNotInventory", (await estate.FailAsync(new ImportAssetRequest { Path = [path] })).Code);
    }

    [Theory]
    [InlineData("openssl-libs-1:3.0.7-24.el9.x86_64\ngpg-pubkey-8483c65d-5ccc5b19\nno package\nbash-5.1.8-6.el9.x86_64\n")]
    [InlineData("openssl-libs\t1:3.0.7-24.el9\tx86_64\topenssl-3.0.7-24.el9.src.rpm\ngpg-pubkey\t(none):8483c65d-5ccc5b19\t(none)\t(none)\nno package\nbash\t0:5.1.8-6.el9\tx86_64\tbash-5.1.8-6.el9.src.rpm\n")]
    public async Task Rpm_lists_are_read_plain_and_with_source_packages(string text)
    {
        var (result, failures) = await Import(new ImportAssetRequest { Path = [estate.Write("db01.txt", text)], Ecosystem = "AlmaLinux:9" });
        Assert.Equal((3, 2, 1), (result.Read, result.Added, result.Rejected));
        Assert.Contains("line 3", Assert.Single(failures).Failure.Message);
        // The same packages told by hand: epoch and version are as the platform writes them.
        var same = estate.Write("same.csv", $"Asset,Package,Version,Ecosystem,Architecture,Source\ndb01,openssl-libs,1:3.0.7-24.el9,AlmaLinux:9,x86_64,{(text.Contains('\t') ? "openssl" : "")}\ndb01,bash,5.1.8-6.el9,AlmaLinux:9,x86_64,{(text.Contains('\t') ? "bash" : "")}\n");
        Assert.Equal(2, (await Import(new ImportAssetRequest { Path = [same] })).Result.Unchanged);
    }

    [Fact]
    public async Task CycloneDX_components_are_packages_of_its_subject()
    {
        var path = estate.Write("bom.json", """
            { "bomFormat": "CycloneDX", "specVersion": "1.5", "metadata": { "component": { "type": "application", "name": "shop" } }, "components": [
              { "type": "library", "name": "core", "purl": "pkg:npm/%40babel/core@7.1.0", "components": [ { "type": "library", "name": "inner", "purl": "pkg:golang/example.org/inner@v1.2.3" } ] },
              { "type": "library", "name": "libssl3", "purl": "pkg:deb/debian/libssl3@3.0.11-1?arch=amd64&upstream=openssl&distro=debian-12.4" },
              { "type": "operating-system", "name": "debian", "version": "12" },
              { "type": "library", "name": "unversioned", "purl": "pkg:npm/unversioned" },
              { "type": "library", "purl": "pkg:npm/nameless@1" } ],
              "services": [ { "type": "library", "name": "no package" } ] }
            """);
        var (result, failures) = await Import(new ImportAssetRequest { Path = [path] });
        Assert.Equal((5, 3, 2), (result.Read, result.Added, result.Rejected));
        Assert.Equal(2, failures.Count);
        var same = estate.Write("same.csv", "Asset,Package,Version,Ecosystem,Architecture,Source\nshop,@babel/core,7.1.0,npm,,\nshop,example.org/inner,1.2.3,Go,,\nshop,libssl3,3.0.11-1,Debian:12,amd64,openssl\n");
        Assert.Equal(3, (await Import(new ImportAssetRequest { Path = [same] })).Result.Unchanged);
    }

    [Fact]
    public async Task SPDX_packages_leave_out_what_the_document_is_about_and_damage_costs_only_the_rest()
    {
        const string Start = """
            { "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "name": "doc", "documentDescribes": ["SPDXRef-root"], "packages": [
              { "SPDXID": "SPDXRef-root", "name": "billing", "versionInfo": "4" },
              { "SPDXID": "SPDXRef-1", "name": "requests", "versionInfo": "2.31.0", "externalRefs": [ { "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:pypi/requests@2.31.0" } ] }
            """;
        var (whole, _) = await Import(new ImportAssetRequest { Path = [estate.Write("a.spdx.json", Start + "] }")] });
        Assert.Equal((1, 1), (whole.Read, whole.Added));
        Assert.Equal("billing", Assert.Single(await Assets()).Id);
        var (torn, failures) = await Import(new ImportAssetRequest { Path = [estate.Write("b.spdx.json", Start + ", { \"SPDXID\": \"SPDXRef-2\", \"na")], Asset = "billing" });
        Assert.Equal((1, 1), (torn.Unchanged, torn.Rejected));
        Assert.Contains("b.spdx.json", Assert.Single(failures).Failure.Message);
    }

    [Fact]
    public async Task A_subject_behind_the_components_is_seen()
    {
        var cyclone = estate.Write("a.json", """
            { "bomFormat": "CycloneDX", "components": [ { "type": "library", "name": "lodash", "purl": "pkg:npm/lodash@4.17.15" } ],
              "dependencies": [ { "ref": "x", "dependsOn": ["y"] } ], "metadata": { "component": { "type": "application", "name": "shop" } }, "version": 1 }
            """);
        var spdx = estate.Write("b.json", """
            { "spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT",
              "packages": [ { "SPDXID": "SPDXRef-root", "name": "billing", "versionInfo": "4" }, { "SPDXID": "SPDXRef-1", "name": "requests", "versionInfo": "2.31.0" } ],
              "relationships": [ { "spdxElementId": "SPDXRef-root", "relatedSpdxElement": "SPDXRef-1", "relationshipType": "CONTAINS" },
                                 { "spdxElementId": "SPDXRef-DOCUMENT", "relatedSpdxElement": "SPDXRef-root", "relationshipType": "DESCRIBES" } ], "name": "doc" }
            """);
        Assert.Equal((1, 1), Counts(await Import(new ImportAssetRequest { Path = [cyclone] })));
        Assert.Equal((1, 1), Counts(await Import(new ImportAssetRequest { Path = [spdx] })));
        Assert.Equal(["billing", "shop"], (await Assets()).Select(a => a.Id));

        var torn = estate.Write("c.json", """{ "bomFormat": "CycloneDX", "components": [ { "type": "library", "name": "lodash", "purl": "pkg:npm/lodash@4.17.15" } ], "metadata": { "comp""");
        var (result, failures) = await Import(new ImportAssetRequest { Path = [torn], Asset = "shop" });
        Assert.Equal((2, 1), (result.Read, result.Rejected));
        Assert.Contains("byte", Assert.Single(failures).Failure.Message);

        static (long, long) Counts((ImportResult Result, List<FailedEvent> Failures) import) => (import.Result.Read, import.Result.Added);
    }

    [SkippableTheory]
    [InlineData("SBOM/juice-shop/v11.1.2/bom.json", 841)]
    [InlineData("SBOM/dropwizard-1.3.15/bom.json", 167)]
    public async Task Published_boms_are_read(string name, int components)
    {
        var path = await estate.UnpackAsync("api/cyclonedx-bom-examples.tar.xz", name);
        var (result, _) = await Import(new ImportAssetRequest { Path = [path] });
        Assert.InRange(result.Read, components - 1, components + 1);
        Assert.Equal(0, result.Rejected);
    }

    private async Task<(ImportResult Result, List<FailedEvent> Failures)> Import(ImportAssetRequest request)
    {
        var (results, failures, _) = await estate.RunAsync(request);
        return (Assert.IsType<ImportResult>(Assert.Single(results)), failures);
    }

    private async Task<IEnumerable<Asset>> Assets() => (await estate.RunAsync(new GetAssetRequest())).Results.Cast<Asset>();
}
