namespace PatchOps.Core.Planning.Engine.Search;

/// <summary>Which hosts are in which window now; picking one at random costs the same whatever the window's size.</summary>
internal sealed class WindowMembers
{
    private readonly List<int>?[] _hosts;
    private readonly int[] _position;

    public WindowMembers(CompiledInstance instance, Timetable table)
    {
        _hosts = new List<int>?[instance.WindowLow.Length];
        _position = new int[instance.Hosts];
        for (var h = 0; h < instance.Hosts; h++)
        {
            if (table.Slot[h] >= 0) Add(h, instance.Slots[table.Slot[h]].Window);
        }
    }

    public void Add(int host, int window)
    {
        var list = _hosts[window] ??= [];
        _position[host] = list.Count;
        list.Add(host);
    }

    public void Remove(int host, int window)
    {
        var list = _hosts[window]!;
        var last = list[^1];
        list[_position[host]] = last;
        _position[last] = _position[host];
        list.RemoveAt(list.Count - 1);
    }

    public int Pick(int window, SeededRandom random)
    {
        var list = _hosts[window];
        return list is null || list.Count == 0 ? -1 : list[random.Next(list.Count)];
    }
}
