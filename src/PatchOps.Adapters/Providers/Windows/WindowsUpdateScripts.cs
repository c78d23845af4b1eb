using PatchOps.Adapters.Providers.Scripts;
using PackageChange = PatchOps.Core.Seams.PackageChange;

namespace PatchOps.Adapters.Providers.Windows;

/// <summary>Windows Update by the update agent's COM interface. Packages are KB numbers; a version is the update's revision, or <c>installed</c> for any.</summary>
/// <remarks>
/// The agent refuses downloads and installations from remote sessions with E_ACCESSDENIED (0x80070005), so stage, apply and revert run as the
/// transport's detached steps, which on Windows are scheduled tasks of SYSTEM with result, log and deadline. Written for Windows PowerShell 5.1.
/// Not run on Windows: proven by contract tests on recorded output, and by PowerShell's own parser.
/// </remarks>
internal static class WindowsUpdateScripts
{
    private const string Common = """
        function Line([object[]]$Fields) { ($Fields | ForEach-Object { ([string]$_) -replace '[\t\r\n]', ' ' }) -join "`t" }
        function Refuse($Code, $Message) { Line 'refused', $Code, $Message; exit 3 }
        $boot = (Get-CimInstance Win32_OperatingSystem).LastBootUpTime.ToUniversalTime().ToString('yyyyMMddTHHmmssZ')
        $session = New-Object -ComObject Microsoft.Update.Session
        $searcher = $session.CreateUpdateSearcher()
        function KbOf($Update) { foreach ($kb in $Update.KBArticleIDs) { return "KB$kb" }; return $Update.Identity.UpdateID }
        function Search($Query) { @($searcher.Search($Query).Updates | ForEach-Object { $_ }) }
        function Pending {
            (Test-Path 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired') -or
            (Test-Path 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending')
        }
        """;

    private const string State = Common + "\n" + """
        Line 'boot', $boot
        # What is installed is known offline; servicing's own list has what the agent forgets.
        $searcher.Online = $false
        $present = @{}
        foreach ($hotfix in @(Get-CimInstance Win32_QuickFixEngineering)) { $present[$hotfix.HotFixID.ToUpperInvariant()] = 'installed' }
        foreach ($update in Search 'IsInstalled=1') { $present[(KbOf $update).ToUpperInvariant()] = [string]$update.Identity.RevisionNumber }
        foreach ($change in $Changes) {
            $have = $present[$change.Package.ToUpperInvariant()]
            if ($have -and $change.To -eq 'installed') { $have = 'installed' }
            Line 'package', $change.Package, $have
        }
        """;

    private const string Verify = State + "\n" + "if (Pending) { Line 'restart', 'host' }";

    private const string PreCheck = State + "\n" + """
        $free = [math]::Floor((Get-CimInstance Win32_LogicalDisk -Filter "DeviceID='$env:SystemDrive'").FreeSpace / 1MB)
        if ($free -lt 4096) { $status = 'blocking' } else { $status = 'passed' }
        Line 'check', 'Disk', $status, "$free MiB free on $env:SystemDrive, 4096 wanted"
        if (Pending) { Line 'check', 'Restart', 'blocking', 'a restart is pending from before' } else { Line 'check', 'Restart', 'passed', '' }
        $installer = New-Object -ComObject Microsoft.Update.Installer
        if ($installer.IsBusy) { Line 'check', 'Lock', 'warning', 'another installation runs' } else { Line 'check', 'Lock', 'passed', '' }
        """;

    private const string Detect = Common + "\n" + """
        foreach ($update in Search "IsInstalled=0 and IsHidden=0 and Type='Software'") {
            $security = ''
            foreach ($category in $update.Categories) { if ($category.CategoryID -eq '0fa1201d-4330-4fa8-8ae9-b877473b6441') { $security = 'security' } }
            Line 'update', (KbOf $update), '', ([string]$update.Identity.RevisionNumber), $security, $update.Title
        }
        """;

    // The approved updates, each at its approved revision and only those. What the vendor replaced meanwhile stops all of it.
    private const string Choose = Common + "\n" + """
        $offered = @{}
        foreach ($update in Search "IsInstalled=0 and Type='Software'") { $offered[(KbOf $update).ToUpperInvariant()] = $update }
        $present = @{}
        foreach ($update in Search 'IsInstalled=1') { $present[(KbOf $update).ToUpperInvariant()] = $true }
        foreach ($hotfix in @(Get-CimInstance Win32_QuickFixEngineering)) { $present[$hotfix.HotFixID.ToUpperInvariant()] = $true }
        $chosen = New-Object -ComObject Microsoft.Update.UpdateColl
        foreach ($change in $Changes) {
            $update = $offered[$change.Package.ToUpperInvariant()]
            if (-not $update) {
                if ($present[$change.Package.ToUpperInvariant()]) { continue }
                Refuse 'VersionNotAvailable' "$($change.Package) is not offered to this host any more"
            }
            $revision = [string]$update.Identity.RevisionNumber
            if ($change.To -ne 'installed' -and $change.To -ne $revision) { Refuse 'VersionNotAvailable' "$($change.Package) is offered at revision $revision, approved was $($change.To)" }
            if (-not $update.EulaAccepted) { $update.AcceptEula() }
            [void]$chosen.Add($update)
        }
        if ($chosen.Count -eq 0) { 'patchops: every update is installed'; exit 0 }
        """;

    private const string Stage = Choose + "\n" + """
        $downloader = $session.CreateUpdateDownloader()
        $downloader.Updates = $chosen
        $result = $downloader.Download()
        "download: result $($result.ResultCode), 0x$('{0:X8}' -f $result.HResult)"
        if ($result.ResultCode -ne 2) { exit 5 }
        """;

    private const string Apply = Choose + "\n" + """
        $missing = New-Object -ComObject Microsoft.Update.UpdateColl
        foreach ($update in $chosen) { if (-not $update.IsDownloaded) { [void]$missing.Add($update) } }
        if ($missing.Count -gt 0) {
            $downloader = $session.CreateUpdateDownloader()
            $downloader.Updates = $missing
            [void]$downloader.Download()
        }
        $installer = $session.CreateUpdateInstaller()
        $installer.ForceQuiet = $true
        $installer.Updates = $chosen
        $result = $installer.Install()
        for ($i = 0; $i -lt $chosen.Count; $i++) {
            $one = $result.GetUpdateResult($i)
            "install: $(KbOf $chosen.Item($i)) result $($one.ResultCode), 0x$('{0:X8}' -f $one.HResult)"
        }
        # 2 is all well; 3 is well with errors, which the state afterwards judges.
        if ($result.ResultCode -ne 2 -and $result.ResultCode -ne 3) { exit 5 }
        """;

    private const string Revert = Common + "\n" + """
        $undo = New-Object -ComObject Microsoft.Update.UpdateColl
        $byHand = @()
        $installed = @{}
        foreach ($update in Search 'IsInstalled=1') { $installed[(KbOf $update).ToUpperInvariant()] = $update }
        foreach ($change in $Changes) {
            $update = $installed[$change.Package.ToUpperInvariant()]
            if ($update -and $update.IsUninstallable) { [void]$undo.Add($update) }
            elseif ($update -or (Get-CimInstance Win32_QuickFixEngineering -Filter "HotFixID='$($change.Package)'")) { $byHand += $change.Package }
        }
        if ($undo.Count -gt 0) {
            $installer = $session.CreateUpdateInstaller()
            $installer.ForceQuiet = $true
            $installer.Updates = $undo
            $result = $installer.Uninstall()
            "uninstall: result $($result.ResultCode), 0x$('{0:X8}' -f $result.HResult)"
            if ($result.ResultCode -ne 2 -and $result.ResultCode -ne 3) { exit 5 }
        }
        foreach ($kb in $byHand) {
            # What the agent cannot take back servicing may: by the name of its package.
            $names = @(Get-WindowsPackage -Online | Where-Object { $_.PackageName -like "*$kb*" } | ForEach-Object { $_.PackageName })
            if ($names.Count -eq 0) { [Console]::Error.WriteLine("$kb cannot be uninstalled on this host"); exit 6 }
            foreach ($name in $names) { [void](Remove-WindowsPackage -Online -PackageName $name -NoRestart) }
        }
        """;

    public static ProviderScripts All { get; } = new()
    {
        Name = "windowsupdate", Shell = ScriptShell.PowerShell, Detect = Detect, PreCheck = PreCheck, Stage = Stage, Apply = Apply, Verify = Verify, Revert = Revert,
    };

    /// <summary>KB numbers or update ids; revisions or <c>installed</c>.</summary>
    public static bool Accepts(PackageChange change) => IsId(change.Package) && IsRevision(change.ToVersion) && (change.FromVersion is null || IsRevision(change.FromVersion));

    private static bool IsId(string text) =>
        (text.Length is > 2 and <= 12 && text.StartsWith("KB", StringComparison.OrdinalIgnoreCase) && text.Skip(2).All(char.IsAsciiDigit)) || Guid.TryParseExact(text, "D", out _);

    private static bool IsRevision(string text) => text == Core.Waves.WaveDefinition.InstalledVersion || (text.Length is > 0 and <= 9 && text.All(char.IsAsciiDigit));
}
