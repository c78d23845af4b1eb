using PatchOps.Core.Versions;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Exposure.Ranges;

/// <summary>A set of affected versions under one scheme. Built once, asked often; never throws for what feeds contain.</summary>
public abstract class VersionRange
{
    private static readonly RangeVerdict Unordered = RangeVerdict.Unknown("how these versions are ordered is not known");

    private protected VersionRange(VersionScheme? scheme) => Scheme = scheme;

    /// <summary>The scheme that orders the versions; null when it is not known and only listed versions can be recognised.</summary>
    public VersionScheme? Scheme { get; }

    /// <summary>Why the range cannot be evaluated, naming the event; null when it can.</summary>
    public string? Fault { get; private protected set; }

    /// <summary>What the range says of a version; Unknown, with the reason, where the version is none of the scheme's.</summary>
    public RangeVerdict Contains(string version) => Contains(new InstalledVersion(version));

    /// <summary>As <see cref="Contains(string)"/>, for a version that many ranges are asked about.</summary>
    public RangeVerdict Contains(InstalledVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (Listed(version.Text) is { } listed) return listed;
        if (Fault is not null) return RangeVerdict.Unknown(Fault);
        if (Scheme is not { } scheme) return Unordered;
        return version.Under(scheme, out var fault) is { } parsed ? Decide(parsed) : RangeVerdict.Unknown($"'{version.Text}' is not a {scheme} version: {fault}");
    }

    /// <summary>As <see cref="Contains(string)"/>, for a version already parsed.</summary>
    /// <exception cref="ArgumentException">The version is of another scheme.</exception>
    public RangeVerdict Contains(ParsedVersion version)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (Listed(version.Text) is { } listed) return listed;
        if (Fault is not null) return RangeVerdict.Unknown(Fault);
        if (Scheme != version.Scheme) throw new ArgumentException($"The range is of {Scheme?.ToString() ?? "no"} scheme, the version of {version.Scheme}.", nameof(version));
        return Decide(version);
    }

    /// <summary>The verdict on a version that the range names as it is spelled, where that needs no order.</summary>
    private protected virtual RangeVerdict? Listed(string version) => null;

    /// <summary>The verdict by order; called only where <see cref="Fault"/> is null.</summary>
    private protected abstract RangeVerdict Decide(ParsedVersion version);

    /// <summary>Parses a bound, or notes the fault and returns null.</summary>
    private protected ParsedVersion? Bound(RangeEvent at)
    {
        if (Scheme is not { } scheme) return null;
        var order = VersionSchemes.Get(scheme);
        if (order.TryValidate(at.Version, out var reason)) return order.Parse(at.Version);
        Fault ??= $"the range's '{at}' is not a {scheme} version: {reason}";
        return null;
    }
}
