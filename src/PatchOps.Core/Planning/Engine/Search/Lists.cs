namespace PatchOps.Core.Planning.Engine.Search;

/// <summary>From "set to members" to "member to sets".</summary>
internal static class Lists
{
    public static int[][] Invert(int[][] sets, int members)
    {
        var counts = new int[members];
        foreach (var set in sets)
        {
            foreach (var m in set) counts[m]++;
        }
        var result = new int[members][];
        for (var m = 0; m < members; m++) result[m] = counts[m] == 0 ? [] : new int[counts[m]];
        Array.Clear(counts);
        for (var s = 0; s < sets.Length; s++)
        {
            foreach (var m in sets[s]) result[m][counts[m]++] = s;
        }
        return result;
    }
}
