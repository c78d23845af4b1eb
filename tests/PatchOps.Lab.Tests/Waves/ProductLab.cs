using System.Globalization;
using PatchOps.Tests;

namespace PatchOps.Lab.Tests.Waves;

/// <summary>Hosts of a lab of their own for the tests that go through the product's door: each test has its host.</summary>
public sealed class ProductLab : IAsyncLifetime
{
    private const int Hosts = 55;

    private readonly SemaphoreSlim starting = new(1, 1);
    private LabRun? lab;
    private string? reason;
    private bool asked;

    public string KeyFile => lab!.KeyFile;

    public string KnownHosts => lab!.KnownHosts;

    public IReadOnlyDictionary<string, string> Addresses => lab!.Addresses;

    /// <summary>Skips the calling test by name where no lab can run; starts the lab otherwise.</summary>
    public async Task RequireAsync()
    {
        await starting.WaitAsync();
        try
        {
            if (!asked) reason = await LabRun.WhyNotAsync(SharedData.Repository);
            asked = true;
            Skip.If(reason is not null, $"The lab cannot run here: {reason}.");
            if (lab is not null) return;
            lab = await LabRun.StartAsync(SharedData.Repository, Hosts);
            // Machines have identities of their own; overlays of one machine would share its.
            foreach (var host in lab.Addresses.Keys)
                await lab.EnterAsync(host, "sh", "-c", $"echo {Guid.NewGuid():N} > /etc/machine-id");
        }
        finally
        {
            starting.Release();
        }
    }

    public Task SwitchAsync(string what, string host) => lab!.SwitchAsync(what, host);

    public Task<string> EnterAsync(string host, params string[] command) => lab!.EnterAsync(host, command);

    /// <summary>The installed version as dpkg itself tells it on the host, not over SSH.</summary>
    public async Task<string> VersionAsync(string host, string package) => (await lab!.EnterAsync(host, "dpkg-query", "-W", "-f", "${db:Status-Abbrev}${Version}", package)).Trim();

    public Task<string> DpkgLogAsync(string host) => lab!.EnterAsync(host, "cat", "/var/log/dpkg.log");

    public async Task<int> UpgradesAsync(string host, string package) =>
        (await DpkgLogAsync(host)).Split('\n').Count(l => l.Contains($" upgrade {package}:", StringComparison.Ordinal));

    /// <summary>An inventory file as an administrator would write it.</summary>
    public Task<string> AssetsAsync(string folder, string environment, params string[] hosts) => AssetsAsync(folder, environment, null, hosts);

    /// <param name="needs">The host that a host depends on.</param>
    public async Task<string> AssetsAsync(string folder, string environment, IReadOnlyDictionary<string, string>? needs, params string[] hosts)
    {
        var file = Path.Combine(folder, "assets.csv");
        await File.WriteAllLinesAsync(file, hosts
            .Select(h => string.Create(CultureInfo.InvariantCulture, $"{h},{h}.lab.example,{Addresses[h]},Ssh,root,apt,{environment},3,Internet,Internal,daily 00:00 PT23H30M,{needs?.GetValueOrDefault(h)}"))
            .Prepend("Id,Name,Address,Transport,User,Provider,Environment,Criticality,Exposure,DataSensitivity,MaintenanceWindow,DependsOn"));
        return file;
    }

    /// <summary>A problem record that names a patch for hosts: how a lab's archive, which is no security archive, becomes a risk.</summary>
    public static async Task<string> ProblemsAsync(string folder, string patch, params string[] hosts)
    {
        var file = Path.Combine(folder, "problems.csv");
        await File.WriteAllLinesAsync(file,
        [
            "Id,Title,Status,Priority,Opened,ConfigurationItems,Patches",
            $"PRB1,Crashes under load,Open,2,{DateTime.UtcNow.AddDays(-30):yyyy-MM-dd},{string.Join(';', hosts)},{patch}",
        ]);
        return file;
    }

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        starting.Dispose();
        if (lab is not null) await lab.DisposeAsync();
    }
}
