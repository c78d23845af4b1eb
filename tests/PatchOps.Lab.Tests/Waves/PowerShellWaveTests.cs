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
        var module = await ModuleAsync(desk);
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
        var assets = await lab.AssetsAsync(desk.Folder, "Production", "h19");
        var problems = await ProductLab.ProblemsAsync(desk.Folder, "deb:po-lib/1.1", "h19");
        var (code, output, error) = await PowerShellAsync("-File", script, module, desk.Store, assets, problems, lab.Addresses["h19"], lab.KeyFile, lab.KnownHosts);
        Assert.True(code == 0, output + error);
        var told = JsonDocument.Parse(output.Trim().Split('\n')[^1]).RootElement;
        Assert.Equal(typeof(HostRun).FullName, told.GetProperty("Type").GetString());
        Assert.Equal("h19", told.GetProperty("Asset").GetString());
        Assert.Equal("Done", told.GetProperty("State").GetString());
        Assert.Equal("po-lib 1.0 1.1", told.GetProperty("Change").GetString());
        Assert.Equal("Succeeded", told.GetProperty("Deployment").GetString());
        Assert.True(told.GetProperty("Intact").GetBoolean());
        Assert.Equal("ii 1.1", await lab.VersionAsync("h19", "po-lib"));
    }

    [SkippableFact]
    public async Task PowerShell_sessions_script_blocks_and_script_probes_carry_a_wave()
    {
        Skip.If(Find("pwsh") is null, "No PowerShell (pwsh) is installed.");
        await lab.RequireAsync();
        await using var desk = new Desk(lab);
        var module = await ModuleAsync(desk);
        // sshd starts PowerShell as its subsystem; it reads its configuration anew when it is started again.
        await lab.EnterAsync("h20", "sh", "-c", $"grep -q powershell /etc/po/sshd_config || echo 'Subsystem powershell {Find("pwsh")} -sshs -NoLogo' >>/etc/po/sshd_config; kill $(cat /run/sshd.pid); sleep 1");
        var policy = Path.Combine(desk.Folder, "policy.yaml");
        await File.WriteAllTextAsync(policy,
            """
            planning:
              detectionWindow: 00:00:00
              maxFailures: 9
              maxFailurePercent: 100
              probes:
                - { kind: PowerShell, target: "\"looked at $Name\"; $Computer.Length -gt 0" }
            """);
        var script = Path.Combine(desk.Folder, "session.ps1");
        await File.WriteAllTextAsync(script,
            """
            param($Module, $Store, $Assets, $Problems, $Policy, $Address, $KeyFile, $KnownHosts)
            $ErrorActionPreference = 'Stop'
            $ssh = @{ KeyFile = $KeyFile; KnownHostsFile = $KnownHosts; ConnectTimeout = '00:00:30' }
            $env:PATCHOPS_STORE = $Store
            Import-Module $Module
            $null = Import-PatchAsset $Assets
            $read = Get-PatchInventory -ComputerName $Address -Transport PSSession -User root @ssh
            $null = $read | Import-PatchAsset
            $null = Import-PatchProblem $Problems
            # A box without a shell, patched by script blocks; one that throws, and one that gives garbage.
            $state = Join-Path ([IO.Path]::GetTempPath()) "po-$([guid]::NewGuid())"
            Set-Content $state '1.0.0'
            $blocks = @{ Detect = { }; Revert = { }; Apply = [scriptblock]::Create("Set-Content '$state' `$Changes[0].To") }
            $null = Register-PatchProvider -Name box @blocks -Verify ([scriptblock]::Create("@{ Package = 'app'; Version = (Get-Content '$state') }")) -Confirm:$false
            $null = Register-PatchProvider -Name throws @blocks -Verify { throw 'no licence' } -Confirm:$false
            $null = Register-PatchProvider -Name garbage @blocks -Verify { 'Welcome!' } -Confirm:$false
            foreach ($kind in 'box', 'throws', 'garbage') {
                $null = [pscustomobject]@{ Id = $kind; Provider = $kind; Environment = 'Test'; Criticality = 3; MaintenanceWindow = 'daily 00:00 PT23H30M' } | Import-PatchAsset
                $null = [pscustomobject]@{ Asset = $kind; Package = 'app'; Version = '1.0.0'; Ecosystem = 'npm' } | Import-PatchAsset
            }
            $feed = "$Store.osv.json"
            Set-Content $feed '{ "schema_version": "1.6.0", "id": "GHSA-xxxx-xxxx-xxxx", "modified": "2026-01-02T00:00:00Z", "published": "2026-01-02T00:00:00Z", "aliases": ["CVE-2026-70001"], "affected": [{ "package": { "ecosystem": "npm", "name": "app" }, "ranges": [{ "type": "SEMVER", "events": [{ "introduced": "0" }, { "fixed": "1.1.0" }] }] }] }'
            $null = Import-PatchFeed $feed
            $plan = Get-PatchRisk -Policy $Policy | New-PatchPlan -Name 'Sessions' -Policy $Policy
            $null = $plan | Approve-PatchPlan -Confirm:$false
            $runs = foreach ($wave in $plan.Waves) { $plan | Invoke-PatchWave -Wave $wave.Number -IgnoreWindow @ssh -Confirm:$false -ErrorAction SilentlyContinue -ErrorVariable +failed }
            [ordered]@{
                Software = $read.Software.Count; States = @($runs | Sort-Object Asset | ForEach-Object { "$($_.Asset) $($_.State)" }) -join ','; Errors = @($failed | Where-Object FullyQualifiedErrorId -like 'HostFailed*').Count
                Reasons = @($runs | Where-Object IsFailure | ForEach-Object Reason) -join ' | '; Probe = @($runs.Evidence | Where-Object Step -eq 'Probe' | ForEach-Object Detail) -join ' | '; State = "$(Get-Content $state)"
            } | ConvertTo-Json -Compress
            Remove-Item $state
            """);
        var assets = await lab.AssetsAsync(desk.Folder, "Test", "h20");
        await File.WriteAllTextAsync(assets, (await File.ReadAllTextAsync(assets)).Replace(",Ssh,", ",PSSession,", StringComparison.Ordinal));
        var problems = await ProductLab.ProblemsAsync(desk.Folder, "deb:po-lib/1.1", "h20");
        var (code, output, error) = await PowerShellAsync("-File", script, module, desk.Store, assets, problems, policy, lab.Addresses["h20"], lab.KeyFile, lab.KnownHosts);
        Assert.True(code == 0, output + error);
        var told = JsonDocument.Parse(output.Trim().Split('\n')[^1]).RootElement;
        Assert.True(told.GetProperty("Software").GetInt32() > 100);
        Assert.Equal("ii 1.1", await lab.VersionAsync("h20", "po-lib"));
        Assert.Contains("h20 Done", told.GetProperty("States").GetString(), StringComparison.Ordinal);
        Assert.Contains("box Done", told.GetProperty("States").GetString(), StringComparison.Ordinal);
        Assert.Contains("garbage Failed", told.GetProperty("States").GetString(), StringComparison.Ordinal);
        Assert.Contains("throws Failed", told.GetProperty("States").GetString(), StringComparison.Ordinal);
        Assert.Contains("no licence", told.GetProperty("Reasons").GetString(), StringComparison.Ordinal);
        Assert.Contains("Welcome!", told.GetProperty("Reasons").GetString(), StringComparison.Ordinal);
        Assert.Contains("looked at", told.GetProperty("Probe").GetString(), StringComparison.Ordinal);
        Assert.Equal("1.1.0", told.GetProperty("State").GetString());
        Assert.Equal(2, told.GetProperty("Errors").GetInt32());
    }

    /// <summary>The module as it ships: the one that was built last, or a new one.</summary>
    private static async Task<string> ModuleAsync(Desk desk)
    {
        var module = Path.Combine(SharedData.Repository, "out", "PatchOps");
        if (IsCurrent(module)) return module;
        module = Path.Combine(desk.Folder, "PatchOps");
        var (built, said, wrong) = await PowerShellAsync("-File", Path.Combine(SharedData.Repository, "build.ps1"), "-Configuration", "Debug", "-OutputPath", module);
        Assert.True(built == 0, said + wrong);
        return module;
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
