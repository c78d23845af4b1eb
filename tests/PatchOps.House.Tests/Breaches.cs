namespace PatchOps.House.Tests;

internal static class Breaches
{
    /// <summary>Fails with every breach by name, one a line.</summary>
    public static void None(IEnumerable<string?> breaches)
    {
        var all = breaches.ToList();
        if (all.Count > 0) Assert.Fail(string.Join('\n', all));
    }
}
