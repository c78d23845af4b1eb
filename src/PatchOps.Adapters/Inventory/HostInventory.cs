using System.Globalization;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Inventory;

/// <summary>Inventory of Linux hosts over any transport: dpkg or rpm, with what their package manager would update.</summary>
internal sealed class HostInventory(Func<Asset, IHostTransport> connect, Func<Asset, IHostTransport, CancellationToken, Task<DetectReport>> detect) : IInventorySource
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    // One command, one connection: each answer stands in its own section.
    private const string Script =
        """
        echo '#machine'; cat /etc/machine-id 2>/dev/null
        echo '#name'; hostname -f 2>/dev/null || hostname 2>/dev/null || cat /etc/hostname
        echo '#os'; cat /etc/os-release 2>/dev/null
        echo '#kernel'; uname -sr
        if command -v dpkg-query >/dev/null 2>&1; then echo '#dpkg'; dpkg-query -W -f '${db:Status-Abbrev}\t${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n'; fi
        if command -v rpm >/dev/null 2>&1; then echo '#rpm'; rpm -qa --qf '%{NAME}\t%{EPOCHNUM}:%{VERSION}-%{RELEASE}\t%{ARCH}\t%{SOURCERPM}\n'; fi
        true
        """;

    public async Task<InventoryResult> ReadAsync(Asset asset, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            await using var transport = connect(asset);
            var answer = await transport.RunAsync(new HostCommand(["sh", "-c", Script], Deadline), cancellationToken).ConfigureAwait(false);
            if (!answer.Succeeded)
            {
                return Unread(asset, now, answer.Failure
                    ?? new Failure("InventoryFailed", FailureKind.Failed, $"{asset.Name}: the inventory ended with exit code {answer.ExitCode}: {answer.StandardError.Trim()}", asset.Name, "Run the same Get-PatchInventory again with -Verbose."));
            }
            var host = Parse(asset, answer.StandardOutput);
            var software = Software(host, answer.StandardOutput);
            if (software.Count == 0)
                return Unread(asset, now, new Failure("InventoryUnsupported", FailureKind.Failed, $"{asset.Name} has neither dpkg nor rpm.", asset.Name, "Import its software with Import-PatchAsset from a CSV file or an SBOM."));
            var pending = await PendingAsync(transport, host, software, cancellationToken).ConfigureAwait(false);
            return new InventoryResult { Asset = host, Taken = now, Software = software, PendingUpdates = pending };
        }
        catch (FailureException e)
        {
            return Unread(asset, now, e.Failure);
        }
        catch (ArgumentException e)
        {
            return Unread(asset, now, new Failure("HostNameInvalid", FailureKind.InvalidInput, e.Message, asset.Name, "Give -ComputerName a host name or address."));
        }
    }

    private async Task<IReadOnlyList<Domain.AvailableUpdate>> PendingAsync(IHostTransport transport, Asset host, List<Software> software, CancellationToken cancellationToken)
    {
        var report = await detect(host, transport, cancellationToken).ConfigureAwait(false);
        if (report.Failure is not null) return [];
        var sources = software.GroupBy(s => s.Package, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Source, StringComparer.Ordinal);
        return [.. report.Updates.Where(u => u.InstalledVersion is not null).Select(u => new Domain.AvailableUpdate
        {
            Asset = host.Id, Package = u.Package, InstalledVersion = u.InstalledVersion!, AvailableVersion = u.CandidateVersion, Security = u.Security,
            Source = sources.GetValueOrDefault(u.Package), Ecosystem = software[0].Ecosystem, HeldBack = u.HoldBack == HoldBack.None ? null : $"{u.HoldBack}: {u.Reason}",
        })];
    }

    private static Asset Parse(Asset asset, string output)
    {
        var machine = Section(output, "machine").FirstOrDefault()?.Trim();
        var name = Section(output, "name").FirstOrDefault()?.Trim();
        var os = OsRelease(output);
        var isLocal = asset.Id.Equals("localhost", StringComparison.OrdinalIgnoreCase);
        return asset with
        {
            Id = string.IsNullOrEmpty(machine) ? (isLocal ? name ?? asset.Id : asset.Id) : machine,
            Name = isLocal ? name ?? asset.Id : asset.Id,
            Aliases = [.. new[] { isLocal ? "localhost" : null, name }.OfType<string>().Where(a => a != (isLocal ? name : asset.Id))],
            OperatingSystem = os.GetValueOrDefault("PRETTY_NAME") ?? Section(output, "kernel").FirstOrDefault(),
            Provider = asset.Provider ?? (Section(output, "dpkg").Any() ? "apt" : !Section(output, "rpm").Any() ? null : IsSuse(os) ? "zypper" : "dnf"),
        };
    }

    private static bool IsSuse(Dictionary<string, string> os) => (os.GetValueOrDefault("ID") + " " + os.GetValueOrDefault("ID_LIKE")).Contains("suse", StringComparison.OrdinalIgnoreCase);

    private static List<Software> Software(Asset host, string output)
    {
        var ecosystem = Ecosystem(OsRelease(output));
        var software = new List<Software>();
        foreach (var line in Section(output, "dpkg"))
        {
            var fields = line.Split('\t');
            // Second letter: the state; only what is installed can be exposed.
            if (fields.Length != 6 || fields[0].Length < 2 || fields[0][1] != 'i') continue;
            software.Add(new Software { Asset = host.Id, Package = fields[1], Version = fields[2], Architecture = fields[3], Source = fields[4], SourceVersion = fields[5] == fields[2] ? null : fields[5], Ecosystem = ecosystem });
        }
        foreach (var line in Section(output, "rpm"))
        {
            var fields = line.Split('\t');
            if (fields.Length != 4) continue;
            software.Add(new Software { Asset = host.Id, Package = fields[0], Version = fields[1].StartsWith("0:", StringComparison.Ordinal) ? fields[1][2..] : fields[1], Architecture = fields[2], Source = RpmSource(fields[3]), Ecosystem = ecosystem });
        }
        return software;
    }

    /// <summary>OSV's name of the distribution with its release.</summary>
    private static string? Ecosystem(Dictionary<string, string> os)
    {
        var version = os.GetValueOrDefault("VERSION_ID");
        return os.GetValueOrDefault("ID") switch
        {
            "debian" => version is null ? "Debian" : $"Debian:{version}",
            "ubuntu" => version is null ? "Ubuntu" : $"Ubuntu:{version}",
            "almalinux" => Major("AlmaLinux", version),
            "rocky" => Major("Rocky Linux", version),
            "rhel" => Major("Red Hat", version),
            "fedora" => Major("Fedora", version),
            "alpine" => version is null ? "Alpine" : $"Alpine:v{string.Join('.', version.Split('.').Take(2))}",
            "opensuse-leap" or "sles" => version is null ? "SUSE" : $"SUSE:{version}",
            _ => null,
        };
    }

    private static string Major(string name, string? version) => version is null ? name : $"{name}:{version.Split('.')[0]}";

    private static string? RpmSource(string file)
    {
        if (file.Length == 0 || file == "(none)") return null;
        var parts = file.Split('-');
        return parts.Length > 2 ? string.Join('-', parts[..^2]) : null;
    }

    private static Dictionary<string, string> OsRelease(string output) =>
        Section(output, "os").Select(l => l.Split('=', 2)).Where(p => p.Length == 2)
            .GroupBy(p => p[0], StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First()[1].Trim().Trim('"'), StringComparer.Ordinal);

    private static IEnumerable<string> Section(string output, string name)
    {
        var inside = false;
        foreach (var line in output.Split('\n'))
        {
            if (line.StartsWith('#') && line.Length < 12 && line.Skip(1).All(char.IsAsciiLetterLower))
            {
                inside = line.AsSpan(1).SequenceEqual(name);
                continue;
            }
            if (inside && line.Length > 0) yield return line;
        }
    }

    private static InventoryResult Unread(Asset asset, DateTimeOffset now, Failure failure) => new() { Asset = asset, Taken = now, Failure = failure };
}
