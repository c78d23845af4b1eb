using System.Runtime.CompilerServices;
using PatchOps.Domain;

namespace PatchOps.Core.Effectiveness.Gathering;

/// <summary>Whatever incidents and deployments happened on, numbered: the assets of the estate, then items that only records name.</summary>
internal sealed class EstateItems
{
    private readonly Dictionary<string, int> numbers;
    private readonly List<string> ids;
    private readonly List<Asset?> assets;
    private readonly List<int> kinds;
    private readonly List<(string? Role, string? Environment)> kindNames = [];
    private readonly Dictionary<(string? Role, AssetEnvironment? Environment), int> known = [];
    private readonly ObservedItem?[][] observed;
    private readonly Func<string, string> resolve;
    private readonly int[] ranks;
    private readonly bool[] retired;

    public EstateItems(EstateHistory estate)
    {
        resolve = estate.Resolve;
        numbers = new(estate.Assets.Count, StringComparer.Ordinal);
        (ids, assets, kinds) = (new(estate.Assets.Count), new(estate.Assets.Count), new(estate.Assets.Count));
        foreach (var asset in estate.Assets.Values)
        {
            var kind = (Role: Role(asset), asset.Environment);
            if (!known.TryGetValue(kind, out var number))
            {
                known.Add(kind, number = known.Count);
                kindNames.Add((kind.Role, asset.Environment?.ToString()));
            }
            Add(asset.Id, asset, number);
        }
        OfIncident = [.. estate.Incidents.Items.Select(Numbered)];
        OfDeployment = new int[estate.Deployments.Count];
        for (var d = 0; d < OfDeployment.Length; d++) OfDeployment[d] = Numbered(estate.Deployments[d].Asset);
        observed = [.. Enum.GetValues<ItemUse>().Select(_ => new ObservedItem?[ids.Count])];
        retired = [.. assets.Select(a => a?.Retired is not null)];
        // Place of each among the ids in order.
        var sorted = Enumerable.Range(0, ids.Count).ToArray();
        Array.Sort(ids.ToArray(), sorted, StringComparer.Ordinal);
        ranks = new int[sorted.Length];
        for (var i = 0; i < sorted.Length; i++) ranks[sorted[i]] = i;
    }

    public int Count => ids.Count;

    /// <summary>Item of each item that incidents name.</summary>
    public int[] OfIncident { get; }

    /// <summary>Item of each deployment.</summary>
    public int[] OfDeployment { get; }

    /// <summary>Items of one kind (role and environment) are comparable; negative for what is no asset.</summary>
    public IReadOnlyList<int> Kinds => kinds;

    /// <summary>Negative where no asset and no record has this id.</summary>
    public int Number(string id) => numbers.TryGetValue(id, out var number) ? number : -1;

    public string Id(int item) => ids[item];

    public bool Retired(int item) => retired[item];

    /// <summary>Orders items by id.</summary>
    public int Rank(int item) => ranks[item];

    /// <summary>Null where nobody knows more of it than its name.</summary>
    public Asset? AssetOf(int item) => assets[item];

    /// <summary>The same object each time: many problems look at the same items.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ObservedItem Observe(int item, ItemUse use) => observed[(int)use][item] ??= Make(ids[item], assets[item], kinds[item] < 0 ? default : kindNames[kinds[item]], use);

    private ObservedItem Make(string id, Asset? asset, (string? Role, string? Environment) kind, ItemUse use) => new()
    {
        Id = id, Use = use, Role = kind.Role, Environment = kind.Environment, Until = asset?.Retired,
        DependsOn = use == ItemUse.Dependent && asset is not null ? [.. asset.DependsOn.Select(resolve)] : [],
    };

    private int Numbered(string id) => numbers.TryGetValue(id, out var number) ? number : Add(id, null, -1);

    private int Add(string id, Asset? asset, int kind)
    {
        numbers.Add(id, ids.Count);
        ids.Add(id);
        assets.Add(asset);
        kinds.Add(kind);
        return ids.Count - 1;
    }

    private static string? Role(Asset asset) => asset.Tags.FirstOrDefault(t => t.StartsWith("role:", StringComparison.OrdinalIgnoreCase)) ?? asset.OperatingSystem;
}
