using System.Globalization;
using System.Text;
using PatchOps.Core.Effectiveness;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>An estate of its own for each test of Test-PatchEffectiveness, with problems that a patch ends.</summary>
public abstract class EffectivenessTestBase : IAsyncLifetime
{
    private protected static readonly DateTimeOffset Start = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private protected readonly TestEstate estate = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => estate.DisposeAsync().AsTask();

    /// <summary>Problems with an incident every <paramref name="every"/> days on each of their items until day 180, when all are patched, and none but every 60 days after.</summary>
    private protected async Task ImportAsync(string[] problems, int items = 4, double every = 10, string extraIncidents = "", string extraDeployments = "", string patch = "deb:openssl/3.0.11", double until = 300, double after = 60)
    {
        var (assets, records, incidents, deployments) = (new StringBuilder("Id,Environment,Tags\n"), new StringBuilder("Id,Title,ConfigurationItems,Patches\n"),
            new StringBuilder("Id,Opened,ConfigurationItem,Category,Problem\n"), new StringBuilder("Id,Patch,Asset,Started,Ended,Outcome\n"));
        var number = 0;
        foreach (var problem in problems)
        {
            var names = Enumerable.Range(0, items).Select(i => $"{problem}-h{i}").ToList();
            records.Append(CultureInfo.InvariantCulture, $"{problem},Crash,{string.Join(';', names)},{patch}\n");
            foreach (var (name, i) in names.Select((n, i) => (n, i)))
            {
                assets.Append(CultureInfo.InvariantCulture, $"{name},Production,role:web\n");
                deployments.Append(CultureInfo.InvariantCulture, $"D-{name},{patch},{name},{Day(180)},{Day(180.05)},Succeeded\n");
                for (var t = 0.5 + i; t < 180; t += every) incidents.Append(CultureInfo.InvariantCulture, $"I{number++},{Day(t)},{name},crash,{problem}\n");
                for (var t = 200.5 + i; t < until; t += after) incidents.Append(CultureInfo.InvariantCulture, $"I{number++},{Day(t)},{name},crash,{problem}\n");
            }
        }
        incidents.Append(CultureInfo.InvariantCulture, $"LAST,{Day(until + 0.5)},{problems[0]}-h0,other,\n").Append(extraIncidents);
        foreach (var request in new Core.Operations.OperationRequest[]
        {
            new ImportAssetRequest { Path = [estate.Write("assets.csv", assets.ToString())] },
            new ImportProblemRequest { Path = [estate.Write("problems.csv", records.ToString())] },
            new ImportIncidentRequest { Path = [estate.Write("incidents.csv", incidents.ToString())] },
            new ImportDeploymentRequest { Path = [estate.Write("deployments.csv", deployments.Append(extraDeployments).ToString())] },
        })
        {
            var (_, failures, _) = await estate.RunAsync(request);
            Assert.Empty(failures);
        }
    }

    private protected static string Day(double day) => Start.AddDays(day).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private protected async Task<List<EffectivenessResult>> TestAsync(TestEffectivenessRequest request)
    {
        var (results, failures, _) = await estate.RunAsync(request);
        Assert.Empty(failures);
        return results.ConvertAll(r => Assert.IsType<EffectivenessResult>(r));
    }
}
