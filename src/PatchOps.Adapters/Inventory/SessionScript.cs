namespace PatchOps.Adapters.Inventory;

/// <summary>What is asked of a host inside a PowerShell session: on Windows its release, updates and products as JSON; elsewhere what the shell says.</summary>
internal static class SessionScript
{
    private const string WindowsMark = "#windows";

    /// <summary>Reads only; works in Windows PowerShell 5.1 as well, which is what a session over WinRM meets.</summary>
    public static string Text { get; } =
        """
        $ErrorActionPreference = 'Stop'
        if ($PSVersionTable.PSEdition -eq 'Core' -and -not $IsWindows) {
            $script = @'
        """ + "\n" + HostInventory.Script + "\n'@\n" +
        """
            $script -replace "`r", '' | & sh -s
            return
        }
        $os = Get-CimInstance Win32_OperatingSystem
        $version = Get-ItemProperty 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion'
        $keys = 'HKLM:\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall\*', 'HKLM:\SOFTWARE\WOW6432Node\Microsoft\Windows\CurrentVersion\Uninstall\*'
        $release = if ($version.DisplayVersion) { $version.DisplayVersion } else { $version.ReleaseId }
        $answer = [ordered]@{
            machine = (Get-ItemProperty 'HKLM:\SOFTWARE\Microsoft\Cryptography').MachineGuid
            name = [System.Net.Dns]::GetHostEntry('').HostName
            caption = $os.Caption
            architecture = $os.OSArchitecture
            release = $release
            build = '10.0.{0}.{1}' -f $version.CurrentBuildNumber, $version.UBR
            installation = $version.InstallationType
            hotfixes = @(Get-CimInstance Win32_QuickFixEngineering | ForEach-Object { $_.HotFixID })
            products = @(Get-ItemProperty $keys -ErrorAction SilentlyContinue | Where-Object { $_.DisplayName -and $_.DisplayVersion } |
                ForEach-Object { [ordered]@{ name = $_.DisplayName; version = $_.DisplayVersion; publisher = $_.Publisher } })
        }
        if ([version]$os.Version -lt [version]'10.0') { $answer.build = $os.Version + '.0' }
        '#windows'
        $answer | ConvertTo-Json -Depth 4 -Compress
        """;

    public static bool IsWindows(string answer) => answer.TrimStart().StartsWith(WindowsMark, StringComparison.Ordinal);

    public static string Json(string answer) => answer.TrimStart()[WindowsMark.Length..];
}
