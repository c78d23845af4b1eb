namespace PatchOps.Tests;

/// <summary>What a piece of work leaves behind for the garbage collector.</summary>
internal static class Allocations
{
    /// <summary>
    /// Bytes of the leanest of five passes. What the runtime allocates when it compiles a path anew comes once;
    /// what the work itself allocates comes in every pass.
    /// </summary>
    public static long Least(Action pass)
    {
        var least = long.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            pass();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
