using System.Text.Json;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Transports;

/// <summary>Runs a program on the far side of a PowerShell session and gets its exit code and both streams, byte for byte.</summary>
internal static class SessionShell
{
    // Runs in Windows PowerShell 5.1 and PowerShell 7. Arguments: program, its command line for CreateProcess, its arguments as JSON, standard
    // input in base 64, seconds.
    private const string Run = """
        param($Program, $Line, $Json, $Input64, $Seconds)
        $start = New-Object System.Diagnostics.ProcessStartInfo $Program
        if ($start.PSObject.Properties['ArgumentList']) { foreach ($argument in @($Json | ConvertFrom-Json | ForEach-Object { $_ })) { $start.ArgumentList.Add([string]$argument) } }
        else { $start.Arguments = $Line }
        $start.UseShellExecute = $false; $start.CreateNoWindow = $true
        $start.RedirectStandardInput = $true; $start.RedirectStandardOutput = $true; $start.RedirectStandardError = $true
        try { $process = [System.Diagnostics.Process]::Start($start) }
        catch { return (@{ code = 127; out = ''; err = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes("$Program`: " + $_.Exception.GetBaseException().Message)) } | ConvertTo-Json -Compress) }
        $out = New-Object IO.MemoryStream; $err = New-Object IO.MemoryStream
        $reading = @($process.StandardOutput.BaseStream.CopyToAsync($out), $process.StandardError.BaseStream.CopyToAsync($err))
        try {
            $bytes = [Convert]::FromBase64String($Input64)
            $process.StandardInput.BaseStream.Write($bytes, 0, $bytes.Length)
            $process.StandardInput.Close()
        } catch { <# It ended without reading its input; what it answers tells. #> }
        if (-not $process.WaitForExit([int]([double]$Seconds * 1000))) {
            try { $process.Kill() } catch { <# It ended by itself meanwhile. #> }
            return (@{ code = $null; out = ''; err = '' } | ConvertTo-Json -Compress)
        }
        [void][Threading.Tasks.Task]::WaitAll([Threading.Tasks.Task[]]$reading, 300)
        @{ code = $process.ExitCode; out = [Convert]::ToBase64String($out.ToArray()); err = [Convert]::ToBase64String($err.ToArray()) } | ConvertTo-Json -Compress
        """;

    public static async Task<(CommandFate Fate, int Code, byte[] Output, byte[] Error, Failure? Failure)> RunAsync(
        ISessionChannel channel, string host, IReadOnlyList<string> arguments, ReadOnlyMemory<byte> input, TimeSpan deadline, CancellationToken cancellationToken)
    {
        string[] given =
        [
            arguments[0], WindowsQuoting.Join(arguments.Skip(1)), JsonSerializer.Serialize(arguments.Skip(1)), Convert.ToBase64String(input.Span),
            deadline.TotalSeconds.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture),
        ];
        var answer = await channel.InvokeAsync(Run, given, deadline + TimeSpan.FromSeconds(2), cancellationToken).ConfigureAwait(false);
        if (answer.Fate != CommandFate.Finished) return (answer.Fate, -1, [], [], answer.Failure);
        try
        {
            using var document = JsonDocument.Parse(answer.Output);
            var root = document.RootElement;
            if (root.GetProperty("code").ValueKind == JsonValueKind.Null)
            {
                return (CommandFate.Unknown, -1, [], [], new Failure("DeadlinePassed", FailureKind.Timeout,
                    FormattableString.Invariant($"'{arguments[0]}' on host '{host}' did not end within {deadline.TotalSeconds:0.#} s."), host));
            }
            return (CommandFate.Finished, root.GetProperty("code").GetInt32(), root.GetProperty("out").GetBytesFromBase64(), root.GetProperty("err").GetBytesFromBase64(), null);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return (CommandFate.Unknown, -1, [], [], new Failure("SessionAnswerInvalid", FailureKind.Failed, $"The session to host '{host}' gave an answer that is not understood.", host, "See what the host's PowerShell profile writes."));
        }
    }
}

/// <summary>Quotes arguments for programs that split their command line as Microsoft's C runtime does (CommandLineToArgvW).</summary>
internal static class WindowsQuoting
{
    public static string Join(IEnumerable<string> arguments) => string.Join(' ', arguments.Select(Quote));

    public static string Quote(string argument)
    {
        if (argument.Length > 0 && !argument.Any(c => char.IsWhiteSpace(c) || c == '"')) return argument;
        var text = new System.Text.StringBuilder("\"");
        var slashes = 0;
        foreach (var c in argument)
        {
            // Backslashes stand for themselves, except before a quote, where each counts half.
            if (c == '\\')
            {
                slashes++;
                continue;
            }
            text.Append('\\', c == '"' ? (slashes * 2) + 1 : slashes).Append(c);
            slashes = 0;
        }
        return text.Append('\\', slashes * 2).Append('"').ToString();
    }
}
