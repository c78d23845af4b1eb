using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using PatchOps.Tests;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>The example estate in a store, imported once for a class of tests: assets and feeds first, so that incidents are flagged as they come.</summary>
public sealed class ExampleEstate : IAsyncLifetime
{
    /// <summary>Last day of its records.</summary>
    public static DateTimeOffset End { get; } = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    internal TestEstate Estate { get; } = new();

    /// <summary>What importing the incidents said.</summary>
    public ImportResult Incidents { get; private set; } = null!;

    /// <summary>Verdicts, with what they warned of.</summary>
    public List<string> Warnings { get; private set; } = [];

    public async Task InitializeAsync()
    {
        await Estate.RunAsync(new ImportAssetRequest { Path = [Of("assets.csv"), Of("software.csv")] });
        await Estate.RunAsync(new ImportFeedRequest { Path = [Of("feeds")] });
        await Estate.RunAsync(new ImportProblemRequest { Path = [Of("problems.csv")] });
        await Estate.RunAsync(new ImportDeploymentRequest { Path = [Of("deployments.csv")] });
        Incidents = (ImportResult)Assert.Single((await Estate.RunAsync(new ImportIncidentRequest { Path = [Of("incidents.csv")] })).Results);
        Warnings = (await Estate.RunAsync(new TestEffectivenessRequest())).Warnings;
    }

    public Task DisposeAsync() => Estate.DisposeAsync().AsTask();

    internal async Task<List<T>> AskAsync<T>(Core.Operations.OperationRequest request)
    {
        var (results, failures, _) = await Estate.RunAsync(request);
        Assert.Empty(failures);
        return [.. results.Cast<T>()];
    }

    private static string Of(string name) => Path.Combine(SharedData.Repository, "examples", "estate", name);
}
