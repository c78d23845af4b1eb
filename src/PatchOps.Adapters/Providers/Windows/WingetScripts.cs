using PatchOps.Adapters.Providers.Scripts;
using PackageChange = PatchOps.Core.Seams.PackageChange;

namespace PatchOps.Adapters.Providers.Windows;

/// <summary>Applications by winget, at exactly the approved version. Packages are winget's ids.</summary>
/// <remarks>
/// winget prints tables for people; the columns are found by the header's own places. It is no program of SYSTEM's path, so it is looked for
/// where the App Installer is. Not run on Windows: proven by contract tests on recorded output, and by PowerShell's own parser.
/// </remarks>
internal static class WingetScripts
{
    private const string Common = """
        [Console]::OutputEncoding = New-Object Text.UTF8Encoding $false
        function Line([object[]]$Fields) { ($Fields | ForEach-Object { ([string]$_) -replace '[\t\r\n]', ' ' }) -join "`t" }
        function Refuse($Code, $Message) { Line 'refused', $Code, $Message; exit 3 }
        $winget = (Get-Command winget.exe -ErrorAction SilentlyContinue).Source
        if (-not $winget) {
            $winget = Get-ChildItem "$env:ProgramFiles\WindowsApps\Microsoft.DesktopAppInstaller_*_x64__8wekyb3d8bbwe\winget.exe" -ErrorAction SilentlyContinue |
                Sort-Object FullName | Select-Object -Last 1 -ExpandProperty FullName
        }
        if (-not $winget) { [Console]::Error.WriteLine('winget is not installed for this account'); exit 4 }
        function Table([string[]]$Text) {
            $columns = $null
            foreach ($line in $Text) {
                # Progress bars write over themselves; what stands after the last return is the line.
                $line = ($line -split "`r")[-1]
                if (-not $columns) {
                    if ($line -match '^\s*\S.*\bId\b.*\bVersion\b') {
                        $columns = @([regex]::Matches($line, '\S+') | ForEach-Object { [pscustomobject]@{ Name = $_.Value; Start = $_.Index } })
                    }
                    continue
                }
                if ($line -match '^-+$' -or $line.Trim().Length -eq 0) { continue }
                if ($line.Length -le $columns[1].Start) { continue }
                $row = @{}
                for ($i = 0; $i -lt $columns.Count; $i++) {
                    $start = $columns[$i].Start
                    if ($start -ge $line.Length) { continue }
                    $end = if ($i + 1 -lt $columns.Count) { [math]::Min($columns[$i + 1].Start, $line.Length) } else { $line.Length }
                    $row[$columns[$i].Name] = $line.Substring($start, $end - $start).Trim()
                }
                [pscustomobject]$row
            }
        }
        function Installed($Id) {
            $rows = @(Table (& $winget list --id $Id --exact --accept-source-agreements --disable-interactivity 2>$null))
            foreach ($row in $rows) { if ($row.Id -eq $Id) { return ($row.Version -replace '^[<>] ', '') } }
        }
        """;

    private const string State = Common + "\n" + """
        Line 'boot', (Get-CimInstance Win32_OperatingSystem).LastBootUpTime.ToUniversalTime().ToString('yyyyMMddTHHmmssZ')
        foreach ($change in $Changes) { Line 'package', $change.Package, (Installed $change.Package) }
        """;

    private const string Detect = Common + "\n" + """
        foreach ($row in Table (& $winget upgrade --include-unknown --accept-source-agreements --disable-interactivity 2>$null)) {
            if ($row.Available) { Line 'update', $row.Id, $row.Version, $row.Available, '', $row.Source }
        }
        """;

    private const string Stage = Common + "\n" + """
        foreach ($change in $Changes) {
            if ((Installed $change.Package) -eq $change.To) { continue }
            & $winget show --id $change.Package --exact --version $change.To --accept-source-agreements --disable-interactivity | Out-Null
            if ($LASTEXITCODE -ne 0) { Refuse 'VersionNotAvailable' "$($change.Package) $($change.To) is not on offer any more" }
        }
        """;

    private const string Apply = Common + "\n" + """
        foreach ($change in $Changes) {
            if ((Installed $change.Package) -eq $change.To) { continue }
            & $winget show --id $change.Package --exact --version $change.To --accept-source-agreements --disable-interactivity | Out-Null
            if ($LASTEXITCODE -ne 0) { Refuse 'VersionNotAvailable' "$($change.Package) $($change.To) is not on offer any more" }
        }
        $worst = 0
        foreach ($change in $Changes) {
            if ((Installed $change.Package) -eq $change.To) { continue }
            & $winget install --id $change.Package --exact --version $change.To --silent --scope machine --force --skip-dependencies --accept-package-agreements --accept-source-agreements --disable-interactivity
            if ($LASTEXITCODE -ne 0) { $worst = 5; "winget: $($change.Package) ended with 0x$('{0:X8}' -f $LASTEXITCODE)" }
        }
        exit $worst
        """;

    private const string Revert = Common + "\n" + """
        $worst = 0
        foreach ($change in $Changes) {
            $have = Installed $change.Package
            if ($have -eq $change.From) { continue }
            if ($have) {
                & $winget uninstall --id $change.Package --exact --silent --accept-source-agreements --disable-interactivity
                if ($LASTEXITCODE -ne 0) { $worst = 5; continue }
            }
            if ($change.From) {
                & $winget install --id $change.Package --exact --version $change.From --silent --scope machine --skip-dependencies --accept-package-agreements --accept-source-agreements --disable-interactivity
                if ($LASTEXITCODE -ne 0) { $worst = 5 }
            }
        }
        exit $worst
        """;

    public static ProviderScripts All { get; } = new()
    {
        Name = "winget", Shell = ScriptShell.PowerShell, Detect = Detect, PreCheck = State, Stage = Stage, Apply = Apply, Verify = State, Revert = Revert,
    };

    public static bool Accepts(PackageChange change) =>
        change.Package.Length is > 0 and <= 128 && change.Package.All(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or '+')
        && IsVersion(change.ToVersion) && (change.FromVersion is null || IsVersion(change.FromVersion));

    private static bool IsVersion(string text) => text.Length is > 0 and <= 128 && text.All(c => char.IsLetterOrDigit(c) || c is '.' or '-' or '_' or '+' or '~' or ' ' or '(' or ')');
}
