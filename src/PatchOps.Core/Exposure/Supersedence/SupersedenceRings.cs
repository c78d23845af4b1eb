namespace PatchOps.Core.Exposure.Supersedence;

/// <summary>Strongly connected components (Tarjan 1972), without recursion: a chain of a thousand updates is a thousand deep.</summary>
internal static class SupersedenceRings
{
    /// <returns>For each node the number of its component; nodes in one ring share it.</returns>
    public static int[] Find(int[][] neighbours)
    {
        var count = neighbours.Length;
        var order = new int[count];
        var lowest = new int[count];
        var component = new int[count];
        var open = new bool[count];
        var path = new Stack<int>();
        var calls = new Stack<(int Node, int Next)>();
        int visited = 0, components = 0;
        for (var root = 0; root < count; root++)
        {
            if (order[root] != 0) continue;
            calls.Push((root, 0));
            while (calls.TryPop(out var call))
            {
                var (node, next) = call;
                if (next == 0)
                {
                    order[node] = lowest[node] = ++visited;
                    path.Push(node);
                    open[node] = true;
                }
                else
                {
                    var child = neighbours[node][next - 1];
                    if (open[child]) lowest[node] = Math.Min(lowest[node], lowest[child]);
                }
                while (next < neighbours[node].Length && order[neighbours[node][next]] != 0)
                {
                    var seen = neighbours[node][next++];
                    if (open[seen]) lowest[node] = Math.Min(lowest[node], order[seen]);
                }
                if (next < neighbours[node].Length)
                {
                    calls.Push((node, next + 1));
                    calls.Push((neighbours[node][next], 0));
                    continue;
                }
                if (lowest[node] != order[node]) continue;
                int member;
                do
                {
                    member = path.Pop();
                    open[member] = false;
                    component[member] = components;
                }
                while (member != node);
                components++;
            }
        }
        return component;
    }
}
