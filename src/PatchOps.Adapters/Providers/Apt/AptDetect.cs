using System.Collections.Immutable;
using System.Text.RegularExpressions;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Providers.Apt;

/// <summary>Reads apt's simulation of a full upgrade and its policy table into updates, with the reason where one is held back.</summary>
internal static partial class AptDetect
{
    private const string KeptBack = "kept back";
    private const string Phasing = "deferred due to phasing";

    public static DetectReport Parse(string output, string error, string host)
    {
        var sections = Sections(output);
        if (!sections.TryGetValue("packages", out var packageLines) || !sections.TryGetValue("simulation", out var simulation)
            || !sections.TryGetValue("policy", out var policy))
        {
            return new DetectReport([], new Failure("HostNotRead", FailureKind.Failed, $"apt on host '{host}' gave an answer that is not understood.", host));
        }
        if (!sections.ContainsKey("code 0"))
        {
            var last = error.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "no reason given";
            return new DetectReport([], new Failure("SimulationFailed", FailureKind.Failed, $"apt on host '{host}' cannot work out an upgrade: {last}", host,
                "Run 'apt-get -s dist-upgrade' on the host."));
        }

        var held = packageLines.Select(l => l.Split(' ')).Where(f => f.Length == 4 && f[2] == "hold").Select(f => f[0]).ToHashSet(StringComparer.Ordinal);
        var kept = Listed(simulation, KeptBack);
        var phased = Listed(simulation, Phasing);
        var updates = ImmutableArray.CreateBuilder<PendingUpdate>();
        var planned = new HashSet<string>(StringComparer.Ordinal);
        foreach (var line in simulation)
        {
            var match = Install().Match(line);
            if (!match.Success) continue;
            var package = match.Groups["package"].Value;
            planned.Add(package);
            var origin = match.Groups["origin"].Value.Trim();
            updates.Add(new PendingUpdate(package, match.Groups["old"].Success ? match.Groups["old"].Value : null, match.Groups["new"].Value,
                origin, IsSecurity(origin), HoldBack.None, ""));
        }
        foreach (var entry in Policies(policy))
        {
            // dpkg names a package that can be installed for several architectures with its own; apt's lists and simulation do not.
            var plain = entry.Package.Split(':')[0];
            if (planned.Contains(entry.Package) || planned.Contains(plain)) continue;
            // The table is sorted, newest first: what stands above the installed version is newer.
            if (entry.Versions.Count == 0 || entry.Versions[0].Version == entry.Installed) continue;
            var newest = entry.Versions[0];
            var (hold, reason) =
                held.Contains(entry.Package) ? (HoldBack.Held, "an administrator holds it (apt-mark hold)")
                : phased.Contains(plain) || newest.Phased ? (HoldBack.Phased, "the vendor's phased roll-out has not reached this host")
                : entry.Candidate != newest.Version ? (HoldBack.Pinned, $"a pin prefers {entry.Candidate}")
                : (HoldBack.Dependency, kept.Contains(plain) ? "it would need a removal or something that is not available" : "apt does not choose it");
            updates.Add(new PendingUpdate(entry.Package, entry.Installed, newest.Version, newest.Origin, IsSecurity(newest.Origin), hold, reason));
        }
        var warnings = error.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(l => l.StartsWith("W: ", StringComparison.Ordinal));
        return new DetectReport(updates.ToImmutable(), null) { Warnings = [.. warnings] };
    }

    private static Dictionary<string, List<string>> Sections(string output)
    {
        var sections = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        List<string>? current = null;
        foreach (var line in output.Split('\n'))
        {
            if (line.StartsWith("== ", StringComparison.Ordinal)) sections[line[3..]] = current = [];
            else current?.Add(line);
        }
        return sections;
    }

    /// <summary>The names below a heading of apt's, which it indents.</summary>
    private static HashSet<string> Listed(List<string> lines, string heading)
    {
        var at = lines.FindIndex(l => l.Contains(heading, StringComparison.Ordinal));
        if (at < 0) return [];
        return lines.Skip(at + 1).TakeWhile(l => l.StartsWith("  ", StringComparison.Ordinal))
            .SelectMany(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToHashSet(StringComparer.Ordinal);
    }

    private static bool IsSecurity(string origin) => origin.Contains("security", StringComparison.OrdinalIgnoreCase);

    private sealed record Offer(string Version, string Origin, bool Phased);

    private sealed record Policy(string Package, string Installed, string Candidate, List<Offer> Versions);

    private static IEnumerable<Policy> Policies(List<string> lines)
    {
        string? package = null;
        string installed = "", candidate = "";
        var versions = new List<Offer>();
        foreach (var line in lines.Append("end:"))
        {
            if (line.Length > 0 && line[0] != ' ')
            {
                if (package is not null && versions.Count > 0) yield return new Policy(package, installed, candidate, versions);
                package = line.TrimEnd(':');
                versions = [];
            }
            else if (line.StartsWith("  Installed: ", StringComparison.Ordinal)) installed = line[13..];
            else if (line.StartsWith("  Candidate: ", StringComparison.Ordinal)) candidate = line[13..];
            else if (VersionLine().Match(line) is { Success: true } version)
                versions.Add(new Offer(version.Groups["version"].Value, "", line.Contains("phased", StringComparison.Ordinal)));
            else if (SourceLine().Match(line) is { Success: true } source && versions.Count > 0 && versions[^1].Origin.Length == 0)
                versions[^1] = versions[^1] with { Origin = source.Groups["origin"].Value };
        }
    }

    // Inst name [old] (new origin, origin [architecture]) …
    [GeneratedRegex(@"^Inst (?<package>\S+)(?: \[(?<old>[^\]]+)\])? \((?<new>\S+) (?<origin>.*?)\[[^\]]*\]\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Install();

    // " *** 1.0 500" or "     1.1 500 (phased 20%)"
    [GeneratedRegex(@"^ (\*\*\*|   ) (?<version>[^\s]+) -?\d+( \(phased \d+%\))?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex VersionLine();

    // "        500 copy:/srv/repo ./ Packages"
    [GeneratedRegex(@"^ {8,10} *-?\d+ (?<origin>.+?)( Packages)?$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SourceLine();
}
