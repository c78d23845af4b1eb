namespace PatchOps.Tests;

/// <summary>The policies that docs/snapshots.md tells people to write, word for word.</summary>
internal static class SnapshotRecipes
{
    /// <param name="heading">Heading of the section.</param>
    public static string Read(string heading)
    {
        var text = File.ReadAllText(Path.Combine(SharedData.Repository, "docs", "snapshots.md"));
        var section = text.Split($"\n## {heading}\n", 2)[1];
        return section.Split("```yaml\n", 2)[1].Split("```", 2)[0];
    }
}
