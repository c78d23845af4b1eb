using System.Runtime.InteropServices;
using PatchOps.Domain;

namespace PatchOps.Core.Kpi;

/// <summary>Numbers for the assets and patches of deployments, by their place in <see cref="EstateFacts.Deployments"/>: each text is looked up once, whatever the groups and periods.</summary>
internal sealed class DeploymentNumbers
{
    private readonly int[] assets;
    private readonly int[] patches;

    public DeploymentNumbers(IReadOnlyList<Deployment> deployments)
    {
        (assets, patches) = (new int[deployments.Count], new int[deployments.Count]);
        Dictionary<string, int> ofAsset = new(StringComparer.Ordinal), ofPatch = new(StringComparer.Ordinal);
        var (assetNames, patchNames) = (new List<string>(), new List<string>());
        for (var i = 0; i < deployments.Count; i++)
        {
            assets[i] = Number(ofAsset, assetNames, deployments[i].Asset);
            patches[i] = Number(ofPatch, patchNames, deployments[i].Patch);
        }
        (Assets, Patches) = (assetNames, patchNames);
    }

    /// <summary>Ids by number.</summary>
    public IReadOnlyList<string> Assets { get; }

    /// <summary>Ids by number.</summary>
    public IReadOnlyList<string> Patches { get; }

    public int Asset(int place) => assets[place];

    public int Patch(int place) => patches[place];

    /// <summary>One number for a patch on an asset.</summary>
    public long Pair(int place) => ((long)patches[place] << 32) | (uint)assets[place];

    private static int Number(Dictionary<string, int> numbers, List<string> names, string text)
    {
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(numbers, text, out var known);
        if (known) return number;
        number = names.Count;
        names.Add(text);
        return number;
    }
}
