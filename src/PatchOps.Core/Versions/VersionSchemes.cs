using PatchOps.Core.Versions.Orders;
using PatchOps.Domain;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Versions;

/// <summary>The schemes that PatchOps knows, by value and by name.</summary>
public static class VersionSchemes
{
    private static readonly IVersionScheme[] Known =
    [
        new DpkgOrder(), new RpmOrder(), new SemVerOrder(), new NuGetOrder(), new MavenOrder(), new PyPIOrder(), new NpmOrder(),
        new AlpineOrder(), new WindowsOrder(),
    ];

    /// <summary>All schemes, in the order of the enum.</summary>
    public static IReadOnlyList<IVersionScheme> All => Known;

    /// <exception cref="FailureException">Code <c>SchemeUnknown</c>.</exception>
    public static IVersionScheme Get(VersionScheme scheme)
    {
        var index = (int)scheme;
        return (uint)index < (uint)Known.Length ? Known[index] : throw Unknown($"{index}");
    }

    /// <summary>Finds a scheme by its name, whatever its case.</summary>
    /// <exception cref="FailureException">Code <c>SchemeUnknown</c>.</exception>
    public static IVersionScheme Get(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Array.Find(Known, s => s.Scheme.ToString().Equals(name, StringComparison.OrdinalIgnoreCase)) ?? throw Unknown(name);
    }

    /// <summary>Compares two versions and keeps what was compared.</summary>
    /// <exception cref="FailureException">Codes <c>SchemeUnknown</c>, <c>VersionInvalid</c>.</exception>
    public static VersionComparison Compare(VersionScheme scheme, string left, string right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new VersionComparison(left, right, scheme, Get(scheme).Compare(left, right));
    }

    private static FailureException Unknown(string name) => new(
        "SchemeUnknown",
        FailureKind.InvalidInput,
        $"There is no version scheme '{name}'.",
        name,
        $"Give Compare-PatchVersion -Scheme one of {string.Join(", ", Known.Select(s => s.Scheme))}.");
}
