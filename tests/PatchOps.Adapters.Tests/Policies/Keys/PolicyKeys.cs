using System.Reflection;
using PatchOps.Core.Governance;
using PatchOps.Core.Planning.Planner;
using PatchOps.Core.Risk;

namespace PatchOps.Adapters.Tests.Policies.Keys;

/// <summary>Every key that a policy file may hold, by reflection: <c>planning.freezes[].when</c>. The risk section has a test of its own.</summary>
internal static class PolicyKeys
{
    public static IReadOnlyList<string> All { get; } = [.. Of(typeof(PatchPolicy), "").Concat(Of(typeof(AssetSelector), "(selector).")).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Of(Type type, string path)
    {
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.CanWrite))
        {
            var key = $"{path}{char.ToLowerInvariant(property.Name[0])}{property.Name[1..]}";
            if (property.PropertyType == typeof(RiskPolicy)) continue;
            var (inner, place) = property.PropertyType is not { IsGenericType: true } list ? (property.PropertyType, key + ".")
                : list.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? (list.GetGenericArguments()[0], key + "[].")
                : list.GetGenericTypeDefinition() == typeof(IReadOnlyDictionary<,>) ? (list.GetGenericArguments()[1], key + "{}.") : (property.PropertyType, key + ".");
            // A selector selects by the same keys wherever it stands; they have rows of their own.
            var section = inner.IsClass && inner != typeof(AssetSelector) && inner.Namespace!.StartsWith("PatchOps", StringComparison.Ordinal);
            foreach (var name in section ? Of(inner, place) : [key]) yield return name;
        }
    }
}
