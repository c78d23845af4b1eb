using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using PatchOps.Adapters.Composition;
using PatchOps.Adapters.Store;
using PatchOps.Adapters.Tests.Composition;
using PatchOps.Core.Exposure.Cpe;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Tests.Store;

/// <summary>What feeds say, on its way into the store and back.</summary>
public sealed class FactStoringTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Day = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly TestEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    private ICatalogue Catalogue => estate.Host.Store(null).Catalogue;

    [Fact]
    public void Configurations_come_back_as_they_were_published()
    {
        var tree = new CpeTree(
            [new(-1, CpeOperator.And, false), new(0, CpeOperator.Or, true), new(0, CpeOperator.Or, false)],
            [
                new(1, true, "cpe:2.3:a:acme:app:*:*:*:*:*:*:*:*", "1.0", true, "2.0", false),
                new(1, true, "cpe:2.3:a:acme:app:*:*:*:*:lts:*:*:*", null, false, "3.0", true),
                new(2, false, "cpe:2.3:o:größe:änder_ung:-:*:*:*:*:*:*:*", null, false, null, false),
                new(2, false, "cpe:2.3:o:größe:änder_ong:-:*:*:*:*:*:*:*", "", true, new string('9', 300), false),
                new(2, true, "cpe:2.3:a:" + new string('x', 4000), null, false, null, false),
            ]);
        Store(new VulnerabilityRecord("nvd", "CVE-2026-1001") { AsOf = Day, Cpe = tree }, new VulnerabilityRecord("nvd", "CVE-2026-1002") { AsOf = Day });
        var stored = Assert.Single(Catalogue.Vulnerability("CVE-2026-1001")).Cpe!;
        Assert.Equal(tree.Nodes, stored.Nodes);
        Assert.Equal(tree.Matches, stored.Matches);
        Assert.Null(Assert.Single(Catalogue.Vulnerability("CVE-2026-1002")).Cpe);
        Assert.Equal(tree.Matches, Assert.Single(Catalogue.CpeStatements(new HashSet<string> { "a:acme:app" })).Tree.Matches);
    }

    [Fact]
    public void Configurations_that_an_earlier_version_stored_row_by_row_are_still_read_and_replaced()
    {
        var path = estate.PathOf("old.db");
        using (var connection = Database.Open(path, "facts", [.. FactsSchema.Migrations.Take(3)], durable: false).Connect())
        {
            Database.Execute(connection,
                """
                INSERT INTO vulnerability(no, id) VALUES (1, 'CVE-2026-1001');
                INSERT INTO vulnerability_name(name, vulnerability) VALUES ('CVE-2026-1001', 1);
                INSERT INTO statement(no, source, key, vulnerability, trust, as_of, in_force, hash, doc) VALUES (1, 'nvd', 'CVE-2026-1001', 1, 6, 0, 1, x'00', '{"Source":"nvd","Id":"CVE-2026-1001","Key":"CVE-2026-1001"}');
                INSERT INTO cpe_match(statement, ordinal, node, vulnerable, criteria, low_included, high, high_included) VALUES (1,-1,0,0,'-1|',0,NULL,0), (1,0,0,1,'cpe:2.3:a:acme:app:*:*:*:*:*:*:*:*',0,'2.0',0);
                INSERT INTO cpe_product(product, statement) VALUES ('a:acme:app', 1);
                """);
        }
        using var host = new OpenedStore(path);
        Assert.Equal("2.0", Assert.Single(host.Catalogue.CpeStatements(new HashSet<string> { "a:acme:app" })).Tree.Matches[0].To);
        Assert.Equal("2.0", Assert.Single(host.Catalogue.Vulnerability("CVE-2026-1001")).Cpe!.Matches[0].To);
        var now = new VulnerabilityRecord("nvd", "CVE-2026-1001") { AsOf = Day, Cpe = new CpeTree([new(-1, CpeOperator.Or, false)], [new(0, true, "cpe:2.3:a:acme:app:*:*:*:*:*:*:*:*", null, false, "4.0", false)]) };
        Assert.Equal(1, Store(host.Catalogue, now).Updated);
        Assert.Equal("4.0", Assert.Single(host.Catalogue.CpeStatements(new HashSet<string> { "a:acme:app" })).Tree.Matches[0].To);
        Assert.Equal(1, Store(host.Catalogue, now with { Cpe = null, Description = "x" }).Updated);
        Assert.Empty(host.Catalogue.CpeStatements(new HashSet<string> { "a:acme:app" }));
    }

    [Fact]
    public void The_quick_way_to_a_product_finds_what_taking_the_name_apart_finds()
    {
        var part = Gen.Elements("a", "o", "*", "-", "", @"a\:b", @"x\", "Größe", "VENDOR", ":", "cpe", "2.3");
        var names = from count in Gen.Choose(0, 14) from parts in part.ListOf(count) from head in Gen.Elements("cpe:2.3:", "CPE:2.3:", "cpe:/", "cpe:2.3", "") select head + string.Join(':', parts);
        var whole = from parts in Gen.Elements("a", "*", @"a\:b", "V").ListOf(11) select "cpe:2.3:" + string.Join(':', parts);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(20_000), Prop.ForAll(Gen.OneOf(names, whole).ToArbitrary(), text =>
        {
            var quick = CpeName.TryProduct(text, out var product) ? product.ToString().ToLowerInvariant() : null;
            return quick == (CpeName.TryParse(text, out var name) ? name.Product : null);
        }));
    }

    [Fact]
    public void What_has_no_date_of_its_own_is_unchanged_in_every_new_copy_of_its_document()
    {
        var said = new VulnerabilityRecord("debian-tracker", "CVE-2026-1001", "bash/CVE-2026-1001") { Description = "a flaw" };
        Assert.Equal((1, 0, 0), Counts(Store(said with { AsOf = Day })));
        Assert.Equal((0, 0, 1), Counts(Store(said with { AsOf = Day.AddDays(9) })));
        Assert.Equal(Day, Assert.Single(Catalogue.Vulnerability("CVE-2026-1001")).AsOf);
        // Between two copies that say the same, an older one that says other is out of date.
        Assert.Equal((0, 0, 1), Counts(Store(said with { Description = "another", AsOf = Day.AddDays(5) })));
        Assert.Equal("a flaw", Assert.Single(Catalogue.Vulnerability("CVE-2026-1001")).Description);
        // An older copy shows that it was known earlier.
        Assert.Equal((0, 0, 1), Counts(Store(said with { AsOf = Day.AddDays(-9) })));
        Assert.Equal(Day.AddDays(-9), Assert.Single(Catalogue.Vulnerability("CVE-2026-1001")).AsOf);
        Assert.Equal((0, 1, 0), Counts(Store(said with { Description = "another", AsOf = Day.AddDays(10) })));
        Assert.Equal(Day.AddDays(10), Assert.Single(Catalogue.Vulnerability("CVE-2026-1001")).AsOf);

        var advisory = new AdvisoryRecord("vendor", "ADV-1") { Title = "t", Vulnerabilities = [new VulnerabilityRecord("vendor", "CVE-2026-1002") { AsOf = Day }], AsOf = Day };
        Assert.Equal((1, 0, 0), Counts(Store(advisory)));
        Assert.Equal((0, 0, 1), Counts(Store(advisory with { AsOf = Day.AddDays(3), Vulnerabilities = [advisory.Vulnerabilities[0] with { AsOf = Day.AddDays(3) }] })));
    }

    [Fact]
    public void Names_join_and_repeats_are_known_however_many_records_came_before()
    {
        // More than an import into a new store keeps in memory.
        const int Many = 60_000;
        using var import = Catalogue.BeginImport("Osv", "feed", Day);
        for (var i = 0; i < Many; i++) import.Add(new VulnerabilityRecord("osv:x", Id(i)) { AsOf = Day });
        import.Add(new VulnerabilityRecord("osv:x", Id(5)) { AsOf = Day });
        import.Add(new VulnerabilityRecord("nvd", "CVE-2026-2000") { AsOf = Day, Aliases = [Id(7)] });
        import.Add(new VulnerabilityRecord("nvd", "CVE-2026-2001") { AsOf = Day, Aliases = [Id(Many - 1)] });
        Assert.Equal((Many + 2, 0, 1), Counts(import.Complete(TimeSpan.Zero)));
        Assert.Equal("CVE-2026-2000", Catalogue.VulnerabilityIds("CVE-2026-2000").Single());
        Assert.Equal(2, Catalogue.Vulnerability(Id(7)).Count);
        Assert.Equal(2, Catalogue.Vulnerability(Id(Many - 1)).Count);
        static string Id(int i) => string.Create(CultureInfo.InvariantCulture, $"X-{i}");
    }

    private static (long, long, long) Counts(ImportResult result) => (result.Added, result.Updated, result.Unchanged);

    private ImportResult Store(params FeedRecord[] records) => Store(Catalogue, records);

    private static ImportResult Store(ICatalogue catalogue, params FeedRecord[] records)
    {
        using var import = catalogue.BeginImport("Nvd", "feed", Day);
        foreach (var record in records) import.Add(record);
        return import.Complete(TimeSpan.Zero);
    }

    private sealed class OpenedStore(string path) : IDisposable
    {
        private readonly OpenStore store = OpenStore.At(path);

        public ICatalogue Catalogue => store.Catalogue;

        public void Dispose() => store.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
