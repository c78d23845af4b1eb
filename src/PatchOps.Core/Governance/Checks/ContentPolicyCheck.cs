using PatchOps.Domain;

namespace PatchOps.Core.Governance.Checks;

/// <summary>Rules of the section <c>content</c>.</summary>
internal static class ContentPolicyCheck
{
    public static IEnumerable<PolicyRule> Rules(ContentPolicy policy)
    {
        for (var i = 0; i < policy.Filters.Count; i++)
        {
            var (filter, key) = (policy.Filters[i], FormattableString.Invariant($"content.filters[{i}]"));
            var patterns = filter.Packages.Concat(filter.Patches).Concat(filter.Kinds).Concat(filter.Origins).ToList();
            if (string.IsNullOrWhiteSpace(filter.Name)) yield return new PolicyRule("A filter needs a name.", $"{key}.name", key);
            if (patterns.Count == 0) yield return new PolicyRule($"The filter '{filter.Name}' names no packages, patches, kinds or origins, and so leaves nothing out.", key);
            if (filter.AlsoSecurity && patterns.Exists(p => p.All(c => c is '*' or '?')))
                yield return new PolicyRule($"The filter '{filter.Name}' would leave out every security fix on the assets it is for.", $"{key}.alsoSecurity", key) { Severity = FindingSeverity.Warning };
        }
    }
}
