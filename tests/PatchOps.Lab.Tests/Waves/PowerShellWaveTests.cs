using System.Text.Json;
using PatchOps.Domain;
using PatchOps.Tests;

namespace PatchOps.Lab.Tests.Waves;

/// <summary>The same through the module in a real PowerShell, as an administrator writes it.</summary>
[Collection(LabCollection.Name)]
public sealed class PowerShellWaveTests(ProductLab lab)
{
    [SkippableFact]
    public async Task A_pipeline_in_PowerShell_takes_a_host_from_its_inventory_to_a_changed_package()
    {
        Skip.If(Find("pwsh") is null, "No PowerShell (pwsh) is installed.");
        await lab.RequireAsync();
        await using var desk = new Desk(lab);
        var module = Path.Combine(SharedData.Repository, "out", "PatchOps");
        if (!IsCurrent(module))
        {
            module = Path.Combine(desk.Folder, "PatchOps");
            var (built, said, wrong) = await PowerShellAsync("-File", Path.Combine(SharedData.Repository, "build.ps1"), "-Configuration", "Debug", "-OutputPath", module);
            Assert.True(built == 0, said + wrong);
        }

        var script = Path.Combine(desk.Folder, "wave.ps1");
        await File.WriteAllTextAsync(script,
            """
            param($Module, $Store, $Assets, $Problems, $Address, $KeyFile, $KnownHosts)
            $ErrorActionPreference = 'Stop'
            $ssh = @{ KeyFile = $KeyFile; KnownHostsFile = $KnownHosts }
            $env:PATCHOPS_STORE = $Store
            Import-Module $Module
            $null = Import-PatchAsset $Assets
            $null = Get-PatchInventory -ComputerName $Address -Transport Ssh -User root @ssh | Import-PatchAsset
            $null = Import-PatchProblem $Problems
            $plan = Get-PatchRisk -Top 20 | New-PatchPlan -Name 'Lab'
            $would = $plan | Invoke-PatchWave -Wave 1 -IgnoreWindow @ssh -WhatIf 3> $null
            if (-not $would.Simulated) { throw 'WhatIf gave no simulated run.' }
            try { $plan | Invoke-PatchWave -Wave 1 -IgnoreWindow @ssh -Confirm:$false; throw 'not refused' }
            catch { if ($_.FullyQualifiedErrorId -notlike 'PlanNotApproved*') { throw } }
            $null = $plan | Approve-PatchPlan -Confirm:$false
            $run = $plan | Invoke-PatchWave -Wave 1 -IgnoreWindow @ssh -Confirm:$false
            [ordered]@{
                Type = $run.GetType().FullName; Asset = $run.Asset; State = "$($run.State)"; Change = "$($run.Changes[0].Package) $($run.Changes[0].FromVersion) $($run.Changes[0].ToVersion)"
                Deployment = "$((Get-PatchDeployment).Outcome)"; Intact = (Test-PatchAudit).Intact
            } | ConvertTo-Json -Compress
            """);
        var assets = await lab.AssetsAsync(desk.Folder, "Production", "h1");
        var problems = await ProductLab.ProblemsAsync(desk.Folder, "deb:po-lib/1.1", "h1");
        var (code, output, error) = await PowerShellAsync("-File", script, module, desk.Store, assets, problems, lab.Addresses["h1"], lab.KeyFile, lab.KnownHosts);
        Assert.True(code == 0, output + error);
        var told = JsonDocument.Parse(output.Trim().Split('\n')[^1]).RootElement;
        Assert.Equal(typeof(HostRun).FullName, told.GetProperty("Type").GetString());
        Assert.Equal("h1", told.GetProperty("Asset").GetString());
        Assert.Equal("Done", told.GetProperty("State").GetString());
        Assert.Equal("po-lib 1.0 1.1", told.GetProperty("Change").GetString());
        Assert.Equal("Succeeded", told.GetProperty("Deployment").GetString());
        Assert.True(told.GetProperty("Intact").GetBoolean());
        Assert.Equal("ii 1.1", await lab.VersionAsync("h1", "po-lib"));
    }

    /// <summary>A module that was built after the last change of the sources need not be built again.</summary>
    private static bool IsCurrent(string module)
    {
        if (!Directory.Exists(module)) return false;
        var built = Directory.EnumerateFiles(module, "*", SearchOption.AllDirectories).Select(File.GetLastWriteTimeUtc).DefaultIfEmpty(DateTime.MinValue).Max();
        return new[] { "src", "module" }.SelectMany(f => Directory.EnumerateFiles(Path.Combine(SharedData.Repository, f), "*", SearchOption.AllDirectories))
            .Where(f => !f.Split(Path.DirectorySeparatorChar).Any(p => p is "obj" or "bin"))
            .All(f => File.GetLastWriteTimeUtc(f) <= built);
    }

    private static Task<(int Code, string Output, string Error)> PowerShellAsync(params string[] arguments) =>
        CommandLine.EndAsync(CommandLine.Start("pwsh", ["-NoProfile", "-NonInteractive", .. arguments]));

    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);
}
