using System.Reflection;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;

namespace PatchOps.Estate.Tests;

/// <summary>An estate as the catalogue that histories are gathered from; whatever else is asked for is refused.</summary>
public class EstateCatalogue : DispatchProxy
{
    private Estate _estate = null!;
    private Dictionary<string, string> _ids = null!;

    public static ICatalogue Of(Estate estate)
    {
        var catalogue = Create<ICatalogue, EstateCatalogue>();
        var self = (EstateCatalogue)(object)catalogue;
        self._estate = estate;
        self._ids = estate.Assets.SelectMany(a => new[] { a.Id, a.Name }, (a, name) => (name, a.Id)).Distinct().ToDictionary(p => p.name, p => p.Id, StringComparer.Ordinal);
        return catalogue;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.Name switch
    {
        nameof(ICatalogue.Assets) => _estate.Assets,
        nameof(ICatalogue.ResolveAsset) => _ids.GetValueOrDefault((string)args![0]!),
        nameof(ICatalogue.Problems) => _estate.Problems,
        nameof(ICatalogue.Incidents) => _estate.Incidents.Where(i => args![1] is not DateTimeOffset to || i.Opened <= to),
        nameof(ICatalogue.IncidentRecords) => new IncidentRecords(IncidentRows.Of(_estate.Incidents.Where(i => i.Opened < (DateTimeOffset)args![0]!))),
        nameof(ICatalogue.Deployments) => _estate.Deployments,
        // Its articles supersede nothing.
        nameof(ICatalogue.Patches) => Array.Empty<PatchFact>(),
        _ => throw new NotSupportedException($"{targetMethod.Name} is not needed for histories."),
    };
}
