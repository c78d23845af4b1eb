using PatchOps.Core.Versions;

namespace PatchOps.Core.Exposure.Ranges;

/// <summary>A statement without any range: it is about every version, whatever orders them.</summary>
internal sealed class EveryVersion : VersionRange
{
    public EveryVersion()
        : base(null)
    {
    }

    private protected override RangeVerdict? Listed(string version) => new(RangeStatus.Affected, null, null, "every version is affected");

    private protected override RangeVerdict Decide(ParsedVersion version) => Listed(version.Text)!;
}
