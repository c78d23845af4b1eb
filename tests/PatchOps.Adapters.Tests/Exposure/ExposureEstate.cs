using PatchOps.Adapters.Tests.Composition;
using PatchOps.Core.Intake;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Exposure;

/// <summary>A store with what a test says, asked through the users' door.</summary>
internal sealed class ExposureEstate : IAsyncDisposable
{
    public static readonly DateTimeOffset Day = new(2026, 9, 1, 0, 0, 0, TimeSpan.Zero);
    private int imports;

    public TestEstate Estate { get; } = new();

    public ICatalogue Catalogue => Estate.Host.Store(null).Catalogue;

    public void Store(params FeedRecord[] records) => Import(i => Array.ForEach(records, i.Add));

    public void Install(params Software[] rows) => Import(i => Array.ForEach(rows, i.Add));

    public void Read(params InventoryResult[] hosts) => Import(i => Array.ForEach(hosts, i.Add));

    public void Import(Action<ICatalogueImport> add)
    {
        using var import = Catalogue.BeginImport("Test", $"test {++imports}", Day);
        add(import);
        import.Complete(TimeSpan.Zero);
    }

    public async Task<List<Finding>> AskAsync(GetExposureRequest? request = null)
    {
        var (results, failures, _) = await Estate.RunAsync(request ?? new GetExposureRequest());
        Assert.Empty(failures);
        return results.ConvertAll(r => (Finding)r);
    }

    public async Task<Finding> OneAsync(GetExposureRequest? request = null) => Assert.Single(await AskAsync(request));

    public ValueTask DisposeAsync() => Estate.DisposeAsync();
}
