using PatchOps.Tests;

namespace PatchOps.House.Tests.Arrows;

/// <summary>Rooms stay small enough to be read.</summary>
public sealed class SizeTests
{
    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(SharedData.Repository, folder), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Split(Path.DirectorySeparatorChar).Any(p => p is "obj" or "bin"));

    [Fact]
    public void No_source_file_exceeds_450_lines() => Breaches.None(TooLong("src", 450));

    [Fact]
    public void No_cmdlet_exceeds_80_lines() => Breaches.None(TooLong("src/PatchOps.Module/Cmdlets", 80));

    [Fact]
    public void No_helper_is_named_for_what_it_is_not() =>
        Breaches.None(Sources("src").Select(f => Path.GetFileNameWithoutExtension(f))
            .Where(n => n.EndsWith("Util", StringComparison.Ordinal) || n.EndsWith("Utils", StringComparison.Ordinal) || n.EndsWith("Manager", StringComparison.Ordinal)
                || n.EndsWith("Helper", StringComparison.Ordinal) || n.EndsWith("Helpers", StringComparison.Ordinal) || n is "Common"));

    private static IEnumerable<string> TooLong(string folder, int bound)
    {
        var files = Sources(folder).ToList();
        Assert.NotEmpty(files);
        return files.Select(f => (File: Path.GetRelativePath(SharedData.Repository, f), Lines: File.ReadLines(f).Count()))
            .Where(f => f.Lines > bound).Select(f => $"{f.File}: {f.Lines} lines");
    }
}
