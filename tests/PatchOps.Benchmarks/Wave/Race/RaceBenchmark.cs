namespace PatchOps.Benchmarks.Wave.Race;

/// <summary>The part of the wave benchmark that needs real hosts, by itself.</summary>
internal sealed class RaceBenchmark : IBenchmark
{
    public string Name => "race";

    /// <param name="folder">Number of rounds; 5 where none is given.</param>
    public int Run(string? folder)
    {
        LabRace.RunAsync(PublishedCli.Repository(), folder is null ? 5 : int.Parse(folder, System.Globalization.CultureInfo.InvariantCulture)).GetAwaiter().GetResult();
        return 0;
    }
}
