namespace PatchOps.Benchmarks.Wave.Race;

/// <summary>The part of the wave benchmark that needs real hosts, by itself.</summary>
internal sealed class RaceBenchmark : IBenchmark
{
    public string Name => "race";

    /// <param name="folder">Number of rounds; 5 where none is given.</param>
    public int Run(string? folder)
    {
        LabRace.RunAsync(Repository(), folder is null ? 5 : int.Parse(folder, System.Globalization.CultureInfo.InvariantCulture)).GetAwaiter().GetResult();
        return 0;
    }

    private static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PatchOps.slnx"))) return folder.FullName;
        }
        throw new InvalidOperationException("The benchmark does not lie inside the repository.");
    }
}
