using System.Globalization;
using CsvHelper;
using NodaTime;
using PatchOps.Core.Intake.Records;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Core.Versions;
using PatchOps.Domain;
using PatchOps.Tests;

namespace PatchOps.Estate.Tests;

public class EstateTests
{
    private static readonly Estate Shipped = EstateGenerator.Generate();
    private static readonly Dictionary<string, string> Files = EstateFiles.Contents(Shipped).ToDictionary(f => f.Name, f => f.Text, StringComparer.Ordinal);

    [Fact]
    public void The_same_seed_gives_the_same_bytes_and_another_seed_others()
    {
        Assert.Equal(Files, EstateFiles.Contents(EstateGenerator.Generate()).ToDictionary(f => f.Name, f => f.Text, StringComparer.Ordinal));
        Assert.NotEqual(Files["incidents.csv"], EstateFiles.Contents(EstateGenerator.Generate(7)).First(f => f.Name == "incidents.csv").Text);
    }

    [Fact]
    public void The_checked_in_estate_is_what_the_generator_writes()
    {
        var folder = Path.Combine(SharedData.Repository, "examples", "estate");
        var there = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/')).Where(f => f != "README.md");
        Assert.Equal(Files.Keys.Order(StringComparer.Ordinal), there.Order(StringComparer.Ordinal));
        Assert.All(Files, f => Assert.Equal(f.Value, File.ReadAllText(Path.Combine(folder, f.Key)).ReplaceLineEndings("\n")));
    }

    [Fact]
    public void It_is_as_large_as_promised()
    {
        Assert.Equal(200, Shipped.Assets.Count);
        Assert.Equal(3, Shipped.Assets.Select(a => a.TimeZone).Distinct().Count());
        Assert.Equal(4, Shipped.Assets.Select(a => a.Environment).Distinct().Count());
        Assert.Equal(12, Shipped.Problems.Count);
        Assert.InRange(Shipped.Incidents.Count, 2_800, 3_200);
        Assert.Equal(400, Shipped.Deployments.Count);
        Assert.Equal(3, Shipped.Deployments.Select(d => d.Outcome).Distinct().Count());
    }

    [Fact]
    public void Every_reference_leads_somewhere()
    {
        var ids = Shipped.Assets.Select(a => a.Id).ToHashSet(StringComparer.Ordinal);
        var changes = Shipped.Changes.Select(c => c.Id).ToHashSet(StringComparer.Ordinal);
        Assert.Equal(Shipped.Assets.Count, ids.Count);
        Assert.Equal(Shipped.Assets.Count, Shipped.Assets.Select(a => a.Name).Distinct().Count());
        Assert.All(Shipped.Incidents, i => Assert.Contains(i.ConfigurationItem!, ids));
        Assert.All(Shipped.Incidents.Where(i => i.CausedBy is not null), i => Assert.Contains(i.CausedBy!, changes));
        Assert.All(Shipped.Software, s => Assert.Contains(s.Asset, ids));
        Assert.All(Shipped.Deployments, d => Assert.True(ids.Contains(d.Asset) && changes.Contains(d.Change!)));
        Assert.All(Shipped.Problems, p => Assert.Subset(ids, p.ConfigurationItems.ToHashSet()));
        Assert.All(Shipped.Assets.GroupBy(a => a.Cluster).Where(c => c.Key is not null), c => Assert.True(c.Count() > 1 && c.All(a => a.MinAvailable == c.Count() - 1)));
    }

    [Fact]
    public void Dependencies_have_no_cycle()
    {
        var open = Shipped.Assets.ToDictionary(a => a.Id, a => a.DependsOn, StringComparer.Ordinal);
        while (open.Count > 0)
        {
            var free = open.Where(a => !a.Value.Any(open.ContainsKey)).Select(a => a.Key).ToArray();
            Assert.NotEmpty(free);
            foreach (var id in free) open.Remove(id);
        }
    }

    [Fact]
    public void Every_maintenance_window_parses_in_its_zone()
    {
        Assert.All(Shipped.Assets, a => Assert.NotEmpty(WindowText.Parse(a.MaintenanceWindow!, DateTimeZoneProviders.Tzdb[a.TimeZone!])));
    }

    [Theory]
    [InlineData("assets.csv", 200)]
    [InlineData("software.csv", null)]
    [InlineData("problems.csv", 12)]
    [InlineData("incidents.csv", null)]
    [InlineData("changes.csv", null)]
    [InlineData("deployments.csv", 400)]
    public void Every_row_maps_to_a_record(string file, int? rows)
    {
        var mapping = file switch
        {
            "assets.csv" => RecordMapping.Asset,
            "software.csv" => RecordMapping.Software,
            "problems.csv" => RecordMapping.Problem,
            "incidents.csv" => RecordMapping.Incident,
            "changes.csv" => RecordMapping.Change,
            _ => RecordMapping.Deployment,
        };
        var mapped = RecordMapper.Map(Rows(file), [mapping], new RecordDialect()).ToList();
        Assert.All(mapped, m => Assert.Null(m.Failure));
        Assert.Equal(rows ?? Files[file].AsSpan().Count('\n') - 1, mapped.Count);
        if (file == "incidents.csv") Assert.Equal(Shipped.Incidents, mapped.Select(m => (Incident)m.Record!));
        if (file == "deployments.csv") Assert.Equal(Shipped.Deployments, mapped.Select(m => (Deployment)m.Record!));
    }

    [Fact]
    public void Versions_ascend_and_each_patch_of_a_problem_is_still_missing_or_was_deployed()
    {
        foreach (var ((ecosystem, source), versions) in Facts.Versions.Where(v => v.Key.Ecosystem != "Windows"))
        {
            var scheme = EcosystemSchemes.Resolve(ecosystem);
            Assert.All(versions.Zip(versions.Skip(1)), p => Assert.True(VersionSchemes.Compare(scheme, p.First, p.Second).Result < 0, $"{source}: {p.First} {p.Second}"));
        }
        var deployed = Shipped.Deployments.Where(d => d.Outcome == DeploymentOutcome.Succeeded).Select(d => (d.Asset, d.Patch)).ToHashSet();
        foreach (var scenario in Scenarios.All)
        {
            var fix = scenario.Fix;
            foreach (var host in Shipped.Assets.Where(scenario.On))
            {
                var installed = Shipped.Software.First(s => s.Asset == host.Id && (s.Source ?? s.Package) == fix.Source).Version;
                var behind = fix.Ecosystem == "Windows" ? Version.Parse(installed) < Version.Parse(fix.Fixed)
                    : VersionSchemes.Compare(EcosystemSchemes.Resolve(fix.Ecosystem), installed, fix.Fixed).Result < 0;
                Assert.Equal(!deployed.Contains((host.Id, fix.Patch)), behind);
            }
        }
    }

    [Fact]
    public void No_file_holds_a_verdict()
    {
        Assert.All(Files.Where(f => f.Key.EndsWith(".csv", StringComparison.Ordinal)), f => Assert.All(
            new[] { "NotEffective", "Masked", "Recurred", "Worse" }, word => Assert.DoesNotContain(word, f.Value)));
    }

    private static IEnumerable<RecordRow> Rows(string file)
    {
        using var csv = new CsvReader(new StringReader(Files[file]), CultureInfo.InvariantCulture);
        csv.Read();
        csv.ReadHeader();
        while (csv.Read())
            yield return new RecordRow(csv.HeaderRecord!.ToDictionary(h => h, h => csv[h], StringComparer.OrdinalIgnoreCase), $"{file}, line {csv.Parser.RawRow}");
    }
}
