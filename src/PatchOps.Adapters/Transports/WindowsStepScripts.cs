namespace PatchOps.Adapters.Transports;

/// <summary>The scripts that make a detached step on a Windows host: a scheduled task of SYSTEM with result file, log and deadline.</summary>
/// <remarks>
/// For Windows PowerShell 5.1 and PowerShell 7. A step's folder below ProgramData\PatchOps holds <c>command.json</c>, <c>in</c>, <c>out</c>, <c>err</c>,
/// <c>started</c> (before anything runs), <c>code</c> and <c>done</c> (last). A task that is neither queued nor running and left no <c>done</c> is lost.
/// The folder belongs to SYSTEM and administrators only, since what stands in it runs as SYSTEM.
/// </remarks>
internal static class WindowsStepScripts
{
    private const string Common = """
        $root = Join-Path $env:ProgramData 'PatchOps'
        function Answer($State, $Found, $Code, $Highest) {
            $text = @{ out = ''; err = '' }
            foreach ($name in 'out', 'err') {
                $file = Join-Path $d $name
                if (($State -ne 'fenced') -and (Test-Path -LiteralPath $file)) {
                    $stream = [IO.File]::Open($file, 'Open', 'Read', 'ReadWrite')
                    try {
                        $most = [math]::Min($stream.Length, 262144)
                        [void]$stream.Seek(-$most, 'End')
                        $buffer = New-Object byte[] $most
                        $read = $stream.Read($buffer, 0, $most)
                        $text[$name] = [Convert]::ToBase64String($buffer, 0, $read)
                    } finally { $stream.Dispose() }
                }
            }
            @{ nonce = $Nonce; state = $State; found = [bool]$Found; code = $Code; highest = $Highest; out = $text.out; err = $text.err } | ConvertTo-Json -Compress
        }
        function Look($Found, $Wait) {
            $until = [DateTime]::UtcNow.AddSeconds([double]$Wait)
            while ($true) {
                if (-not (Test-Path -LiteralPath (Join-Path $d 'started'))) { return (Answer 'missing' $false $null $null) }
                if (Test-Path -LiteralPath (Join-Path $d 'done')) {
                    $why = (Get-Content -LiteralPath (Join-Path $d 'done') -TotalCount 1).Trim()
                    if (Test-Path -LiteralPath (Join-Path $d 'code')) { return (Answer 'finished' $Found ([int](Get-Content -LiteralPath (Join-Path $d 'code') -TotalCount 1)) $null) }
                    if ($why -eq 'limit') { return (Answer 'timedout' $Found $null $null) }
                    return (Answer 'lost' $Found $null $null)
                }
                $task = Get-ScheduledTask -TaskPath '\PatchOps\' -TaskName $Id -ErrorAction SilentlyContinue
                if ((-not $task -or 'Queued', 'Running' -notcontains [string]$task.State) -and -not (Test-Path -LiteralPath (Join-Path $d 'done'))) { return (Answer 'lost' $Found $null $null) }
                if ([DateTime]::UtcNow -ge $until) { return (Answer 'running' $Found $null $null) }
                Start-Sleep -Milliseconds 250
            }
        }
        """;

    /// <summary>Arguments: nonce, id, scope, token, limit and wait in seconds, program and command line, standard input in base 64.</summary>
    public const string Start = """
        param($Nonce, $Id, $Scope, $Token, $Limit, $Wait, $Program, $Line, $Input64)
        $ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'
        """ + "\n" + Common + "\n" + """
        $d = Join-Path $root "steps\$Id"
        $fence = Join-Path $root "fences\$Scope"
        $found = $true
        $mutex = New-Object Threading.Mutex($false, "Global\PatchOps-$Scope")
        if (-not $(try { $mutex.WaitOne(30000) } catch [Threading.AbandonedMutexException] { $true })) { throw 'another runner holds the fence' }
        try {
            foreach ($folder in $root, (Join-Path $root 'steps'), (Join-Path $root 'fences')) {
                if (-not (Test-Path -LiteralPath $folder)) {
                    [void](New-Item -ItemType Directory -Path $folder)
                    # What stands here runs as SYSTEM: nobody else may write it. S-1-5-18 is SYSTEM, S-1-5-32-544 the administrators.
                    & icacls.exe $folder /inheritance:r /grant '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' | Out-Null
                }
            }
            $seen = 0
            if (Test-Path -LiteralPath $fence) { $seen = [long](Get-Content -LiteralPath $fence -TotalCount 1) }
            if ([long]$Token -lt $seen) { return (Answer 'fenced' $false $null $seen) }
            if ([long]$Token -gt $seen) { [IO.File]::WriteAllText("$fence.new", $Token); Move-Item -LiteralPath "$fence.new" -Destination $fence -Force }
            if (-not (Test-Path -LiteralPath (Join-Path $d 'started'))) {
                $found = $false
                if (Test-Path -LiteralPath $d) { Remove-Item -LiteralPath $d -Recurse -Force }
                [void](New-Item -ItemType Directory -Path $d)
                [IO.File]::WriteAllBytes((Join-Path $d 'in'), [Convert]::FromBase64String($Input64))
                [IO.File]::WriteAllText((Join-Path $d 'command.json'), (@{ program = $Program; line = $Line; limit = [double]$Limit } | ConvertTo-Json -Compress))
                [IO.File]::WriteAllText((Join-Path $d 'run.ps1'), @'
        $d = $PSScriptRoot
        $command = Get-Content -LiteralPath (Join-Path $d 'command.json') -Raw | ConvertFrom-Json
        $why = 'killed'
        try {
            $start = New-Object System.Diagnostics.ProcessStartInfo $command.program, $command.line
            $start.UseShellExecute = $false; $start.CreateNoWindow = $true; $start.WorkingDirectory = $d
            $start.RedirectStandardInput = $true; $start.RedirectStandardOutput = $true; $start.RedirectStandardError = $true
            $out = [IO.File]::Open((Join-Path $d 'out'), 'Create', 'Write', 'Read'); $err = [IO.File]::Open((Join-Path $d 'err'), 'Create', 'Write', 'Read')
            $process = [System.Diagnostics.Process]::Start($start)
            $reading = @($process.StandardOutput.BaseStream.CopyToAsync($out), $process.StandardError.BaseStream.CopyToAsync($err))
            try { $bytes = [IO.File]::ReadAllBytes((Join-Path $d 'in')); $process.StandardInput.BaseStream.Write($bytes, 0, $bytes.Length); $process.StandardInput.Close() } catch { <# It ended without reading its input. #> }
            if ($process.WaitForExit([int]($command.limit * 1000))) {
                [void][Threading.Tasks.Task]::WaitAll([Threading.Tasks.Task[]]$reading, 1000)
                [IO.File]::WriteAllText((Join-Path $d 'code.new'), [string]$process.ExitCode)
                Move-Item -LiteralPath (Join-Path $d 'code.new') -Destination (Join-Path $d 'code') -Force
                $why = 'end'
            } else {
                & taskkill.exe /F /T /PID $process.Id | Out-Null
                $why = 'limit'
            }
        } catch { [IO.File]::AppendAllText((Join-Path $d 'log'), $_.ToString()) }
        finally {
            foreach ($stream in $out, $err) { if ($stream) { $stream.Dispose() } }
            [IO.File]::WriteAllText((Join-Path $d 'done.new'), $why)
            Move-Item -LiteralPath (Join-Path $d 'done.new') -Destination (Join-Path $d 'done') -Force
        }
        '@)
                $run = Join-Path $d 'run.ps1'
                $action = New-ScheduledTaskAction -Execute 'powershell.exe' -Argument "-NoProfile -NonInteractive -ExecutionPolicy Bypass -File `"$run`""
                $principal = New-ScheduledTaskPrincipal -UserId 'S-1-5-18' -LogonType ServiceAccount -RunLevel Highest
                # The task's own deadline stands behind the step's, for the case that its script dies.
                $settings = New-ScheduledTaskSettingsSet -ExecutionTimeLimit ([TimeSpan]::FromSeconds([double]$Limit + 120)) -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
                [void](Register-ScheduledTask -TaskPath '\PatchOps\' -TaskName $Id -Action $action -Principal $principal -Settings $settings -Force)
                [IO.File]::WriteAllText((Join-Path $d 'started'), [DateTime]::UtcNow.ToString('o'))
                Start-ScheduledTask -TaskPath '\PatchOps\' -TaskName $Id
            }
        } finally { $mutex.ReleaseMutex(); $mutex.Dispose() }
        Look $found $Wait
        """;

    /// <summary>Arguments: nonce, id, wait in seconds.</summary>
    public const string Collect = """
        param($Nonce, $Id, $Wait)
        $ErrorActionPreference = 'Stop'; $ProgressPreference = 'SilentlyContinue'
        """ + "\n" + Common + "\n" + """
        $d = Join-Path $root "steps\$Id"
        Look $true $Wait
        """;

    /// <summary>Arguments: path, content in base 64.</summary>
    public const string Put = """
        param($Path, $Content64)
        $ErrorActionPreference = 'Stop'
        $new = "$Path.patchops.$PID"
        try {
            [IO.File]::WriteAllBytes($new, [Convert]::FromBase64String($Content64))
            Move-Item -LiteralPath $new -Destination $Path -Force
        } finally { if (Test-Path -LiteralPath $new) { Remove-Item -LiteralPath $new -Force } }
        """;

    /// <summary>Arguments: path. Gives the content in base 64, or nothing where there is no such file.</summary>
    public const string Get = """
        param($Path)
        $ErrorActionPreference = 'Stop'
        if (Test-Path -LiteralPath $Path -PathType Leaf) { 'file:' + [Convert]::ToBase64String([IO.File]::ReadAllBytes($Path)) }
        """;
}
