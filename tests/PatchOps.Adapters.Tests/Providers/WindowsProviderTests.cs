using PatchOps.Adapters.Providers.Scripts;
using PatchOps.Adapters.Providers.Windows;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Tests.Providers;

/// <summary>The contract of the Windows providers on recorded answers: their scripts run in a real PowerShell, the update agent and winget are stand-ins.</summary>
public sealed class WindowsProviderTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    // What Microsoft.Update.Session answers on a server that lacks KB5034441 (revision 201), has KB5033118, and is offered a definition update.
    private const string Agent = """
        $script:log = @()
        function Update($Kb, $Id, $Revision, $Title, $Security) {
            $u = [pscustomobject]@{ KBArticleIDs = @($Kb); Identity = [pscustomobject]@{ UpdateID = $Id; RevisionNumber = $Revision }; Title = $Title; EulaAccepted = $true; IsDownloaded = $false; IsUninstallable = $true; Categories = @() }
            if ($Security) { $u.Categories = @([pscustomobject]@{ CategoryID = '0fa1201d-4330-4fa8-8ae9-b877473b6441' }) }
            $u
        }
        $agentMissing = @((Update '5034441' 'a4d8a1e0-0000-4000-8000-000000000001' 201 "2024-01 Security Update`twith a tab" $true), (Update '2267602' 'a4d8a1e0-0000-4000-8000-000000000002' 200 'Definitions' $false))
        $agentPresent = @((Update '5033118' 'a4d8a1e0-0000-4000-8000-000000000003' 200 'Cumulative' $true))
        if (Test-Path "$PSScriptRoot/installed") { $agentPresent += $agentMissing[0]; $agentMissing = @($agentMissing[1]) }
        function New-Object {
            param([Parameter(Position = 0)] $TypeName, $ComObject, [Parameter(Position = 1, ValueFromRemainingArguments)] $ArgumentList)
            switch ($ComObject) {
                'Microsoft.Update.UpdateColl' {
                    $list = [pscustomobject]@{ Items = [Collections.ArrayList]@() }
                    $list | Add-Member ScriptProperty Count { $this.Items.Count }
                    $list | Add-Member ScriptMethod Add { param($u) [void]$this.Items.Add($u); $this.Items.Count - 1 }
                    $list | Add-Member ScriptMethod Item { param($i) $this.Items[$i] }
                    return $list
                }
                'Microsoft.Update.Installer' { return [pscustomobject]@{ IsBusy = $false } }
                'Microsoft.Update.Session' {
                    $s = [pscustomobject]@{}
                    $s | Add-Member ScriptMethod CreateUpdateSearcher {
                        $f = [pscustomobject]@{ Online = $true }
                        $f | Add-Member ScriptMethod Search { param($q) [pscustomobject]@{ Updates = $(if ($q -like '*IsInstalled=1*') { $agentPresent } else { $agentMissing }) } }
                        $f
                    }
                    $s | Add-Member ScriptMethod CreateUpdateDownloader {
                        $f = [pscustomobject]@{ Updates = $null }
                        $f | Add-Member ScriptMethod Download { [pscustomobject]@{ ResultCode = 2; HResult = 0 } }
                        $f
                    }
                    $s | Add-Member ScriptMethod CreateUpdateInstaller {
                        $f = [pscustomobject]@{ Updates = $null; ForceQuiet = $false }
                        $f | Add-Member ScriptMethod Install {
                            Set-Content "$PSScriptRoot/installed" ($this.Updates.Items | ForEach-Object { $_.KBArticleIDs[0] })
                            $r = [pscustomobject]@{ ResultCode = 2 }
                            $r | Add-Member ScriptMethod GetUpdateResult { param($i) [pscustomobject]@{ ResultCode = 2; HResult = 0 } }
                            $r
                        }
                        $f | Add-Member ScriptMethod Uninstall { Remove-Item "$PSScriptRoot/installed"; [pscustomobject]@{ ResultCode = 2; HResult = 0 } }
                        $f
                    }
                    return $s
                }
            }
            Microsoft.PowerShell.Utility\New-Object @PSBoundParameters
        }
        function Get-CimInstance {
            param($ClassName, $Filter)
            switch ($ClassName) {
                'Win32_OperatingSystem' { [pscustomobject]@{ LastBootUpTime = [DateTime]::new(2026, 1, 2, 3, 4, 5, [DateTimeKind]::Utc) } }
                'Win32_LogicalDisk' { [pscustomobject]@{ FreeSpace = 9GB } }
                'Win32_QuickFixEngineering' { if (-not $Filter) { [pscustomobject]@{ HotFixID = 'KB5012170' } } }
            }
        }
        function Test-Path { param($Path) if ($Path -like 'HKLM:*') { $false } else { Microsoft.PowerShell.Management\Test-Path $Path } }
        """;

    private static readonly PackageChange Wanted = new("KB5034441", "KB5034441", null, "installed");
    private readonly string folder = Directory.CreateTempSubdirectory("patchops-windows-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [SkippableFact]
    public async Task An_update_is_found_staged_applied_verified_and_taken_back()
    {
        Skip.If(StandIn.PowerShell is null, "No PowerShell (pwsh) is installed.");
        var (provider, host) = (Updates(), StandIn.Transport(folder, Agent));
        var found = await provider.DetectAsync(host, Deadline, default);
        Assert.Null(found.Failure);
        Assert.Equal([("KB5034441", "201", true), ("KB2267602", "200", false)], found.Updates.Select(u => (u.Package, u.CandidateVersion, u.Security)));
        var checks = await provider.PreCheckAsync(host, [Wanted], Deadline, default);
        Assert.True(checks.Fit, checks.Failure?.Message ?? string.Join("; ", checks.Checks));
        Assert.Null(checks.Installed["KB5034441"]);
        Assert.Equal("20260102T030405Z", checks.BootId);
        Assert.Null((await provider.ApplyAsync(host, [Wanted], Key("apply"), default)).Failure);
        Assert.Equal("5034441", (await File.ReadAllTextAsync(Path.Combine(folder, "installed"))).Trim());
        Assert.True((await provider.VerifyAsync(host, [Wanted], Deadline, default)).AllApplied);
        Assert.Null((await provider.RevertAsync(host, [Wanted], Key("revert"), default)).Failure);
        Assert.True((await provider.VerifyAsync(host, [Wanted], Deadline, default)).AllReverted);
    }

    [SkippableFact]
    public async Task What_the_vendor_replaced_or_withdrew_is_refused_and_nothing_is_installed()
    {
        Skip.If(StandIn.PowerShell is null, "No PowerShell (pwsh) is installed.");
        var (provider, host) = (Updates(), StandIn.Transport(folder, Agent));
        var replaced = await provider.ApplyAsync(host, [new PackageChange("p", "KB5034441", null, "200")], Key("a"), default);
        Assert.True(replaced.Refused);
        Assert.Contains("revision 201, approved was 200", replaced.Failure!.Message, StringComparison.Ordinal);
        var gone = await provider.StageAsync(host, [Wanted, new PackageChange("p", "KB4000001", null, "installed")], Key("b"), default);
        Assert.Equal("VersionNotAvailable", gone.Failure!.Code);
        Assert.Contains("KB4000001", gone.Failure.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder, "installed")));
    }

    [Theory]
    [InlineData("KB5034441'; Remove-Item C:\\", "installed")]
    [InlineData("KB5034441", "2; exit")]
    [InlineData("openssl", "installed")]
    public async Task What_is_no_update_never_reaches_a_host(string package, string version)
    {
        var host = new CannedTransport(_ => (0, "", ""));
        var report = await Updates().ApplyAsync(host, [new PackageChange("p", package, null, version)], Key("x"), default);
        Assert.Equal("PackageNameInvalid", report.Failure!.Code);
        Assert.Empty(host.Sent);
    }

    [SkippableFact]
    public async Task Wingets_tables_are_read_by_their_columns_and_exact_versions_asked_for()
    {
        Skip.If(StandIn.PowerShell is null || OperatingSystem.IsWindows(), "No PowerShell (pwsh) is installed, or this is Windows.");
        // As winget 1.7 prints: a progress line that writes over itself, the header, a rule, rows with names in any script.
        var program = Path.Combine(folder, "winget.exe");
        await File.WriteAllTextAsync(program, """
            #!/bin/sh
            echo "$*" >>"$0.log"
            have=$(cat "$0.version" 2>/dev/null || echo 22.01)
            case "$1 $2 $3" in
                "list --id 7zip.7zip") printf '\r   - \r   \\ \rName              Id        Version Available Source\n---------------------------------------------------\n7-Zip %s (x64) 7zip.7zip %-7s 23.01     winget\n' "$have" "$have" ;;
                "list --id Missing.App") echo 'No installed package found matching input criteria.'; exit 20 ;;
                "upgrade --include-unknown --accept-source-agreements") printf 'Name              Id          Version Available Source\n-----------------------------------------------------\n7-Zip 22.01 (x64) 7zip.7zip   22.01   23.01     winget\nTööl              Vendor.Tool 1.0     1.1       winget\n2 upgrades available.\n' ;;
                "show --id 7zip.7zip") case "$*" in *"--version 23.01"*) exit 0 ;; *) exit 21 ;; esac ;;
                "install --id 7zip.7zip") echo 23.01 >"$0.version" ;;
            esac
            """);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var provider = new ScriptProvider(WingetScripts.All) { Accepts = WingetScripts.Accepts };
        var host = StandIn.Transport(folder, Agent);
        var updates = await provider.DetectAsync(host, Deadline, default);
        Assert.Equal([("7zip.7zip", "22.01", "23.01"), ("Vendor.Tool", "1.0", "1.1")], updates.Updates.Select(u => (u.Package, u.InstalledVersion, u.CandidateVersion)));
        PackageChange[] change = [new("p", "7zip.7zip", "22.01", "23.01")];
        Assert.True((await provider.VerifyAsync(host, [.. change, new("p", "Missing.App", null, "1")], Deadline, default)).AllReverted);
        var refused = await provider.ApplyAsync(host, [new PackageChange("p", "7zip.7zip", "22.01", "24.00")], Key("w"), default);
        Assert.Equal("VersionNotAvailable", refused.Failure!.Code);
        Assert.Null((await provider.ApplyAsync(host, change, Key("v"), default)).Failure);
        Assert.True((await provider.VerifyAsync(host, change, Deadline, default)).AllApplied);
        Assert.Contains("install --id 7zip.7zip --exact --version 23.01", await File.ReadAllTextAsync(program + ".log"), StringComparison.Ordinal);
    }

    private static ScriptProvider Updates() => new(WindowsUpdateScripts.All) { Accepts = WindowsUpdateScripts.Accepts };

    private static StepKey Key(string id) => new(id, new FencingToken("scope", 1), TimeSpan.FromSeconds(60));
}
