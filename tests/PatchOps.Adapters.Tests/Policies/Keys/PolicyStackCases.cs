using static PatchOps.Adapters.Tests.Policies.Keys.PolicyView;

namespace PatchOps.Adapters.Tests.Policies.Keys;

/// <summary>Windows by rule, what an emergency leaves aside, capacities, teams, and what fits beside what.</summary>
internal static class PolicyStackCases
{
    private const string Till = "{ tags: [till] }", Nobody = "{ tags: [nobody] }";

    public static IEnumerable<PolicyCase> All => [.. Calendar(), .. People(), .. Stacks()];

    private static IEnumerable<PolicyCase> Calendar()
    {
        PolicyCase Window(string key, string rest, string before, string after) => new($"planning.windowRules[].{key}", $"planning: {{ windowRules: [{{ {rest} }}] }}", before, after, Plan);
        yield return Window("window", "window: $", "'daily 22:00-05:00'", "'daily 01:00-03:00'");
        yield return Window("for", "window: 'daily 01:00-03:00', for: $", Till, Nobody);
        PolicyCase Leave(string key, string before, string after, string beside) => new($"planning.emergency.{key}", $"planning: {{ emergency: {{ {key}: $ }}, {beside} }}", before, after, Emergency);
        yield return Leave("windows", "true", "false", "defaultWindow: 'daily 22:00-05:00'");
        yield return Leave("freezes", "true", "false", "freezes: [{ name: close, when: 2026-11-01..2026-11-05 }]");
        yield return Leave("hours", "true", "false", "teams: { web: { hours: 'Mon-Fri 20:00-23:00' } }, attended: [{ name: by hand }]");
        yield return Leave("for", Till, Nobody, "defaultWindow: 'daily 22:00-05:00'");
        // One host in each of a few short windows: somebody is left over, and is told why.
        PolicyCase Limit(string key, string rest, string before, string after) => new($"planning.limits[].{key}", $"planning: {{ defaultWindow: 'Sat 22:00-23:00', bake: 00:00:00, limits: [{{ {rest} }}] }}", before, after, Plan);
        yield return Limit("name", "name: $, maxConcurrent: 1", "licences", "switches");
        yield return Limit("maxConcurrent", "name: licences, maxConcurrent: $", "20", "1");
        yield return Limit("for", "name: licences, maxConcurrent: 1, for: $", Till, Nobody);
    }

    private static IEnumerable<PolicyCase> People()
    {
        PolicyCase Team(string key, string rest, string before, string after) => new($"planning.teams{{}}.{key}", $"planning: {{ teams: {{ web: {{ {rest} }} }}, attended: [{{ name: by hand }}] }}", before, after, Plan);
        yield return Team("hours", "hours: $", "'daily 22:00-23:30'", "'daily 02:00-04:00'");
        yield return Team("timeZone", "hours: 'daily 00:00-06:00', timeZone: $", "UTC", "America/New_York");
        yield return Team("maxConcurrent", "maxConcurrent: $", "20", "1");
        PolicyCase Attended(string key, string rest, string before, string after) =>
            new($"planning.attended[].{key}", $"planning: {{ teams: {{ web: {{ hours: 'daily 02:00-04:00' }}, dba: {{ hours: 'daily 03:00-05:00' }} }}, attended: [{{ {rest} }}] }}", before, after, Plan);
        // Only those who check the file see the name.
        yield return Attended("name", "name: $, team: nobody", "by hand", "with care") with { View = Check };
        yield return Attended("team", "name: by hand, team: $", "web", "dba");
        yield return Attended("acceptance", "name: by hand, acceptance: $", "00:10:00", "00:40:00");
        yield return Attended("packages", "name: by hand, packages: [$]", "demo", "none");
        yield return Attended("patches", "name: by hand, patches: ['$']", "deb:demo/*", "deb:none/*");
        yield return Attended("for", "name: by hand, for: $", Till, Nobody);
    }

    private static IEnumerable<PolicyCase> Stacks()
    {
        foreach (var (key, before, after) in new[]
        {
            ("name", "pair", "couple"), ("package", "demo", "none"), ("versions", "'>= 1.1'", "'>= 2'"), ("needs", "other", "none"), ("needsVersions", "'>= 9'", "'>= 1'"), ("on", "Host", "Cluster"), ("for", Till, Nobody),
        })
        {
            var rest = new Dictionary<string, string> { ["name"] = "pair", ["package"] = "demo", ["versions"] = "'>= 1.1'", ["needs"] = "other", ["needsVersions"] = "'>= 9'", [key] = "$" };
            yield return new($"planning.compatibility[].{key}", $"planning: {{ compatibility: [{{ {string.Join(", ", rest.Select(r => $"{r.Key}: {r.Value}"))} }}] }}", before, after, Plan);
        }
        // For rpm a separator at the end says nothing; for dpkg it makes a later version.
        yield return new("planning.compatibility[].scheme", "planning: { compatibility: [{ name: pair, package: demo, versions: '>= 1.1.', needs: other, needsVersions: '>= 9', scheme: $ }] }", "Rpm", "Dpkg", Plan);
        PolicyCase Prerequisite(string key, string rest, string before, string after) => new($"planning.prerequisites[].{key}", $"planning: {{ prerequisites: [{{ {rest} }}] }}", before, after, Plan);
        yield return Prerequisite("patch", "patch: $, needs: ['deb:base/1']", "'deb:demo/*'", "'deb:none/*'");
        yield return Prerequisite("needs", "patch: 'deb:demo/*', needs: [$]", "'deb:base/1'", "'deb:base/2'");
        yield return Prerequisite("for", "patch: 'deb:demo/*', needs: ['deb:base/1'], for: $", Till, Nobody);
    }
}
