using PatchOps.Adapters.Tests.Composition;
using PatchOps.Core.Problems.Matching;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Store;

/// <summary>What is read for counting says the same as the records.</summary>
public sealed class CountedRecordsTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 8, 0, 0, TimeSpan.Zero);
    private readonly TestEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    private ICatalogue Catalogue => estate.Host.Store(null).Catalogue;

    [Fact]
    public void Tables_say_of_every_incident_what_its_record_says()
    {
        using (var import = Catalogue.BeginImport("Incident", "desk", Now))
        {
            for (var i = 0; i < 500; i++)
            {
                // Files come in no order of time, and several open in the same second.
                import.Add(new Incident
                {
                    Id = $"INC{i:000}", Opened = Now.AddHours(-(i * 37 % 200)), Resolved = i % 5 == 0 ? null : Now.AddHours(-(i * 37 % 200) + (i % 9)), ConfigurationItem = i % 7 == 0 ? null : $"web{i % 11}",
                    Category = i % 4 == 0 ? null : $"größe {i % 13}", Problem = i % 3 == 0 ? $"PRB{i % 17:00000000}" : null, CausedBy = i % 6 == 0 ? "CHG1" : null,
                });
            }
            import.Complete(TimeSpan.Zero);
        }
        Catalogue.LinkIncidents([new("INC001", "PRB77", "its text"), new("INC003", "PRB77", "never, it has a problem")], Now);
        Catalogue.FlagIncidents([new IncidentMatch("INC002", ["CVE-2026-1"], [], "names it"), new IncidentMatch("INC004", [], ["deb:x/1"], "names the patch")], Now);

        foreach (var to in new[] { Now.AddDays(1), Now.AddHours(-50), Now.AddYears(-1) })
        {
            var (stored, table, records) = (Catalogue.Incidents(to: to).ToList(), Catalogue.IncidentTable(to), Catalogue.IncidentRecords(to));
            Assert.Equal(Lines(IncidentTable.Of(stored)), Lines(table));
            Assert.Equal(Lines(table), Lines(records));
            Assert.Equal(stored.Select(Text), records.Select(Text));
            Assert.All(records.Select((r, row) => (r, row)), r => Assert.Equal(r.r.LinkedBecause is not null, records.LinkedHere(r.row)));
            var middle = Now.AddHours(-100);
            Assert.Equal(Lines(IncidentTable.Of(stored.Where(i => i.Opened <= middle))), Lines(table.UpTo(middle)));
        }
        Assert.Contains(Lines(Catalogue.IncidentTable(Now.AddDays(1))), l => l.Contains("PRB77", StringComparison.Ordinal));

        static string Text(Incident incident) => System.Text.Json.JsonSerializer.Serialize(incident);

        static IEnumerable<string> Lines(IncidentTable table) => table.Rows.ToArray().Select(r =>
            $"{r.Opened} {r.Resolved} {(r.Item < 0 ? "-" : table.Items[r.Item])} {(r.Category < 0 ? "-" : table.Categories[r.Category])} {(r.Problem < 0 ? "-" : table.Problems[r.Problem])} {r.Caused} {r.Flagged}");
    }

    [Fact]
    public void Deployments_come_in_order_of_start_with_everything_that_was_stored()
    {
        var stored = Enumerable.Range(0, 100).Select(i => new Deployment
        {
            Id = $"D{i}", Patch = $"deb:x/{i % 3}", Asset = $"web{i % 7}", Started = Now.AddHours(-(i * 13 % 40)), Ended = i % 4 == 0 ? null : Now, Outcome = (DeploymentOutcome)(i % 3), Problem = i % 5 == 0 ? $"P{i}" : null, Change = i % 6 == 0 ? "C1" : null,
        }).ToList();
        using (var import = Catalogue.BeginImport("Deployment", "desk", Now))
        {
            foreach (var one in stored) import.Add(one);
            import.Complete(TimeSpan.Zero);
        }
        Assert.Equal(stored.OrderBy(d => d.Started), Catalogue.Deployments());
    }
}
