using PatchOps.Core.Planning.Engine.Search;

namespace PatchOps.Core.Planning.Engine.Bounds;

/// <summary>How finely the bound looks at starts: the finest buckets with which the options stay affordable.</summary>
/// <remarks>
/// Where hosts have so many windows that even two options of each are too many, slots with little between them are looked at as one. That
/// allows starts that are none, and so only lowers the bound.
/// </remarks>
internal sealed class OptionGrid
{
    /// <summary>Options beyond those wanted that are still affordable: per host, and at least and at most in all.</summary>
    private const long PerHost = 800, Least = 1_000_000, Most = 16_000_000;

    private readonly CompiledInstance _instance;

    /// <summary>Steps between two slots that are looked at as one; negative: none are.</summary>
    private readonly int _bridge = -1;

    /// <param name="instance">The instance.</param>
    /// <param name="wanted">Options in all; buckets grow until there are no more, or bigger ones gain nothing.</param>
    public OptionGrid(CompiledInstance instance, long wanted)
    {
        _instance = instance;
        Bucket = 1;
        long options;
        while ((options = Count()) > wanted && Bucket < 4096 && options > 2L * instance.Slots.Length) Bucket *= 2;
        var affordable = Math.Max(wanted, Math.Clamp(PerHost * instance.Hosts, Least, Most));
        // Long slots have as many options as buckets: these grow along.
        for (; options > affordable && _bridge < instance.Horizon; options = Count()) (_bridge, Bucket) = (Math.Max(1, _bridge * 2), Math.Min(4096, Bucket * 2));
        Options = (int)Math.Min(options, int.MaxValue / 2);
    }

    /// <summary>Steps in a bucket; a power of two.</summary>
    public int Bucket { get; }

    /// <summary>Roughly how many options there are.</summary>
    public int Options { get; }

    /// <summary>Slots of a host by start, as the bound sees them.</summary>
    public IEnumerable<CompiledInstance.Slot> SlotsOf(int host)
    {
        int from = _instance.SlotFrom[host], to = _instance.SlotFrom[host + 1];
        if (_bridge < 0)
        {
            for (var s = from; s < to; s++) yield return _instance.Slots[s];
            yield break;
        }
        for (var s = from; s < to;)
        {
            var slot = _instance.Slots[s++];
            while (s < to && IsFree(slot.Window) && IsFree(_instance.Slots[s].Window) && _instance.Slots[s].Low <= slot.High + _bridge)
            {
                slot = slot with { High = Math.Max(slot.High, _instance.Slots[s].High) };
                s++;
            }
            yield return slot;
        }
    }

    private bool IsFree(int window) => _instance.Source.Windows[window] is { MaxConcurrent: int.MaxValue, MaxHosts: int.MaxValue };

    private long Count()
    {
        long options = 0;
        if (_bridge < 0)
        {
            foreach (var slot in _instance.Slots) options += Of(slot);
            return options;
        }
        for (var h = 0; h < _instance.Hosts; h++)
            foreach (var slot in SlotsOf(h)) options += Of(slot);
        return options;
    }

    private int Of(CompiledInstance.Slot slot) => Bucket == 1 ? slot.High - slot.Low + 1 : 2 + (2 * ((slot.High - slot.Low) / Bucket));
}
