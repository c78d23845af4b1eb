using System.Globalization;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Inventory;

/// <summary>Inventory of Linux hosts over any transport: dpkg or rpm, with what their package manager would update.</summary>
/// <param name="session">Opens a PowerShell session, over which Windows hosts are read as well.</param>
internal sealed class HostInventory(
    Func<Asset, IHostTransport> connect, Func<Asset, IHostTransport, CancellationToken, Task<DetectReport>> detect, Func<Asset, ISessionChannel> session) : IInventorySource
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);

    // One command, one connection: each answer stands in its own section.
    internal const string Script =
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
            if (asset.Transport == TransportKind.PSSession) return await SessionAsync(asset, now, cancellationToken).ConfigureAwait(false);
            await using var transport = connect(asset);
            var answer = await transport.RunAsync(new HostCommand(["sh", "-c", Script], Deadline) { LeavesNothing = true }, cancellationToken).ConfigureAwait(false);
            if (!answer.Succeeded)
            {
                return Unread(asset, now, answer.Failure
                    ?? new Failure("InventoryFailed", FailureKind.Failed, $"{asset.Name}: the inventory ended with exit code {answer.ExitCode}: {answer.StandardError.Trim()}", asset.Name, "Run the same Get-PatchInventory again with -Verbose."));
            }
            var host = Parse(asset, answer.StandardOutput);
            var software = Software(host, answer.StandardOutput);
            if (software.Count == 0)
                return Unread(asset, now, Unsupported(asset));
            return await WithUpdatesAsync(transport, new InventoryResult { Asset = host, Taken = now, Software = software }, cancellationToken).ConfigureAwait(false);
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

    private async Task<InventoryResult> SessionAsync(Asset asset, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var channel = session(asset);
        var answer = await channel.InvokeAsync(SessionScript.Text, [], Deadline, cancellationToken).ConfigureAwait(false);
        if (answer.Failure is { } failure) return Unread(asset, now, failure);
        InventoryResult read;
        if (SessionScript.IsWindows(answer.Output)) read = WindowsInventory.Read(asset, now, answer.Output);
        else
        {
            var host = Parse(asset, answer.Output);
            read = new InventoryResult { Asset = host, Taken = now, Software = Software(host, answer.Output) };
        }
        if (read.Failure is not null) return read;
        if (read.Software.Count == 0) return Unread(asset, now, Unsupported(asset));
        await using var transport = connect(read.Asset);
        return await WithUpdatesAsync(transport, read, cancellationToken).ConfigureAwait(false);
    }

    private static Failure Unsupported(Asset asset) =>
        new("InventoryUnsupported", FailureKind.Failed, $"{asset.Name} has neither dpkg nor rpm, nor is it Windows.", asset.Name, "Import its software with Import-PatchAsset from a CSV file or an SBOM.");

    /// <summary>Adds what the host's package manager would update, where it can say.</summary>
    private async Task<InventoryResult> WithUpdatesAsync(IHostTransport transport, InventoryResult read, CancellationToken cancellationToken)
    {
        DetectReport report;
        try
        {
            report = await detect(read.Asset, transport, cancellationToken).ConfigureAwait(false);
        }
        catch (FailureException)
        {
            // A host without a provider is still inventoried; its updates stay unknown.
            return read;
        }
        if (report.Failure is not null) return read;
        var sources = read.Software.GroupBy(s => s.Package, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Source, StringComparer.Ordinal);
        return read with
        {
            UpdatesKnown = true,
            PendingUpdates = [.. report.Updates.Where(u => u.InstalledVersion is not null).Select(u => new Domain.AvailableUpdate
            {
                Asset = read.Asset.Id, Package = u.Package, InstalledVersion = u.InstalledVersion!, AvailableVersion = u.CandidateVersion, Security = u.Security,
                Origin = u.Origin.Length == 0 ? null : u.Origin,
                Source = sources.GetValueOrDefault(u.Package), Ecosystem = read.Software[0].Ecosystem, HeldBack = u.HoldBack == HoldBack.None ? null : $"{u.HoldBack}: {u.Reason}",
            })],
        };
    }

    private static Asset Parse(Asset asset, string output)
    {
        var machine = Section(output, "machine").FirstOrDefault()?.Trim();
        var name = Section(output, "name").FirstOrDefault()?.Trim();
        var os = OsRelease(output);
        var isLocal = asset.Id.Equals("localhost", StringComparison.OrdinalIgnoreCase);
        var label = isLocal ? name ?? asset.Id : asset.Name;
        var id = string.IsNullOrEmpty(machine) ? (isLocal ? name ?? asset.Id : asset.Id) : machine;
        return asset with
        {
            Id = id,
            Name = label,
            // Under any of these the store may know the host already.
            Aliases = [.. asset.Aliases.Append(isLocal ? "localhost" : asset.Id).Append(name).OfType<string>().Where(a => a.Length > 0 && a != label && a != id).Distinct(StringComparer.Ordinal)],
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
