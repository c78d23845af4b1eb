using System.Text.RegularExpressions;
using PatchOps.Core.Versions;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Planning.Checking;

/// <summary>One package on one host: its version before the plan and after it.</summary>
/// <param name="Host">Id.</param>
/// <param name="Package">Name.</param>
/// <param name="Before">Installed version.</param>
/// <param name="After">Version after the change; the same where the plan does not change it.</param>
/// <param name="Scheme">How its versions are ordered.</param>
public sealed record DescribedPackage(string Host, string Package, string Before, string After, VersionScheme Scheme);

/// <summary>A combination that is supported: where Package is in Versions, Needed on each of the other hosts must be in NeededVersions.</summary>
/// <param name="Id">Name.</param>
/// <param name="Package">Exact name.</param>
/// <param name="Versions">Comparisons separated by blanks, alternatives by ||; empty: every version.</param>
/// <param name="Needed">Exact name.</param>
/// <param name="NeededVersions">As Versions.</param>
/// <param name="Pairs">Host of Package, host of Needed.</param>
public sealed record DescribedCombination(string Id, string Package, string Versions, string Needed, string NeededVersions, IReadOnlyCollection<(string Host, string Other)> Pairs);

/// <summary>Plays a plan through and looks for combinations of versions that are not supported, at any moment. Shares no code with the planner, on purpose.</summary>
public static class StackChecker
{
    /// <param name="packages">All packages that combinations speak of.</param>
    /// <param name="combinations">What is supported.</param>
    /// <param name="changes">First and last second of each host's change; a host that is not there is not changed.</param>
    public static IReadOnlyList<PlanViolation> Check(IReadOnlyList<DescribedPackage> packages, IReadOnlyList<DescribedCombination> combinations, IReadOnlyDictionary<string, (long Start, long End)> changes)
    {
        var known = packages.ToDictionary(p => (p.Host, p.Package));
        var violations = new List<PlanViolation>();
        foreach (var combination in combinations)
        {
            foreach (var (host, other) in combination.Pairs)
            {
                if (!known.TryGetValue((host, combination.Package), out var one) || !known.TryGetValue((other, combination.Needed), out var two)) continue;
                if (IsForbidden(combination, one.Before, one.Scheme, two.Before, two.Scheme)) continue;
                foreach (var moment in Moments(host, other, changes))
                {
                    if (!Versions(one, changes, moment, host == other).Any(a => Versions(two, changes, moment, host == other).Any(b => IsForbidden(combination, a, one.Scheme, b, two.Scheme)))) continue;
                    violations.Add(new("Combination", combination.Id, [host, other], $"'{combination.Id}' does not hold for '{host}' and '{other}' at {moment}."));
                    break;
                }
            }
        }
        return violations;
    }

    private static IEnumerable<long> Moments(string host, string other, IReadOnlyDictionary<string, (long Start, long End)> changes) =>
        new[] { host, other }.Where(changes.ContainsKey).SelectMany(h => new[] { changes[h].Start, changes[h].End }).Distinct().Order();

    /// <summary>While a host is being changed it may have either version; both packages of one host change together.</summary>
    private static string[] Versions(DescribedPackage package, IReadOnlyDictionary<string, (long Start, long End)> changes, long moment, bool together)
    {
        if (!changes.TryGetValue(package.Host, out var change) || moment < change.Start) return [package.Before];
        if (moment >= change.End) return [package.After];
        return together ? [package.Before] : [package.Before, package.After];
    }

    private static bool IsForbidden(DescribedCombination c, string version, VersionScheme scheme, string needed, VersionScheme neededScheme) =>
        Inside(version, c.Versions, VersionSchemes.Get(scheme)) && !Inside(needed, c.NeededVersions, VersionSchemes.Get(neededScheme));

    private static bool Inside(string version, string range, IVersionScheme scheme)
    {
        if (range.Trim().Length == 0) return true;
        foreach (var alternative in range.Split("||"))
        {
            // Signs become words of their own.
            var words = Regex.Replace(alternative.Replace(',', ' '), "(>=|<=|!=|>|<|=)", " $1 ", RegexOptions.NonBacktracking).Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var (holds, sign) = (true, "=");
            foreach (var word in words)
            {
                if (word[0] is '>' or '<' or '=' or '!')
                {
                    sign = word;
                    continue;
                }
                var valid = scheme.TryValidate(version, out _) && scheme.TryValidate(word, out _);
                var order = valid ? scheme.Compare(version, word) : string.Equals(version, word, StringComparison.Ordinal) ? 0 : 2;
                holds &= (sign, order) switch { ("=", 0) or (">=", 0 or 1) or ("<=", 0 or -1) or (">", 1) or ("<", -1) or ("!=", not 0) => true, _ => false };
                sign = "=";
            }
            if (holds) return true;
        }
        return false;
    }
}
