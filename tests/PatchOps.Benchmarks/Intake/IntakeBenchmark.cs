namespace PatchOps.Benchmarks.Intake;

/// <summary>Feeds: reading, normalising and storing.</summary>
internal sealed class IntakeBenchmark : IBenchmark
{
    public string Name => "intake";

    public int Run(string? folder)
    {
        ReadingBenchmark.Run(folder);
        return 0;
    }
}
