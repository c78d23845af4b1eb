using NodaTime;
using PatchOps.Core.Governance.Exceptions;
using PatchOps.Core.Operations;
using PatchOps.Core.Planning.Calendar.Freezes;
using PatchOps.Core.Planning.Calendar.Windows;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Planner;

/// <summary>Approved exceptions that open freezes, with the assets they hold for. They open from the day they were made until their end.</summary>
public sealed class FreezeExceptions
{
    private readonly IReadOnlyList<(IReadOnlyList<FreezeOverride> Overrides, AssetFilter Assets)> open;

    private FreezeExceptions(IReadOnlyList<(IReadOnlyList<FreezeOverride>, AssetFilter)> open) => this.open = open;

    public static FreezeExceptions None { get; } = new([]);

    /// <summary>Those that count on a day.</summary>
    public static FreezeExceptions On(ICatalogue catalogue, DateTimeOffset asOf) => new([.. catalogue.Exceptions()
        .Where(e => e.Kind == PatchExceptionKind.FreezeOverride && e.Created <= asOf && ExceptionRules.At(e, asOf, null).State == PatchExceptionState.Active)
        .Select(e => ((IReadOnlyList<FreezeOverride>)[.. e.Freeze.Select(f => new FreezeOverride(e.Id, f, new TimeSlot(Instant.FromDateTimeOffset(e.Created), Instant.FromDateTimeOffset(e.Until))))],
            AssetFilter.Resolve(catalogue, e.Asset)))]);

    /// <summary>What opens freezes for an asset.</summary>
    public IReadOnlyList<FreezeOverride> For(Asset asset) => open.Count == 0 ? [] : [.. open.Where(o => o.Assets.Matches(asset.Id)).SelectMany(o => o.Overrides)];
}
