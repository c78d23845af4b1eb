using System.Diagnostics;
using System.Text;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Tests.Providers;

/// <summary>Runs a Windows provider's own script in this machine's PowerShell, with functions that stand in for what only Windows has.</summary>
internal static class StandIn
{
    public static string? PowerShell { get; } =
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(f => Path.Combine(f, OperatingSystem.IsWindows() ? "pwsh.exe" : "pwsh")).FirstOrDefault(File.Exists);

    /// <summary>The script that a command carries.</summary>
    public static string ScriptOf(HostCommand command)
    {
        Assert.Equal("powershell.exe", command.Arguments[0]);
        Assert.Equal("-EncodedCommand", command.Arguments[^2]);
        return Encoding.Unicode.GetString(Convert.FromBase64String(command.Arguments[^1]));
    }

    /// <summary>A transport whose commands run here, after the stand-ins.</summary>
    public static CannedTransport Transport(string folder, string standIns) => new(command =>
    {
        var file = Path.Combine(folder, $"{Guid.NewGuid():N}.ps1");
        File.WriteAllText(file, standIns + "\n" + ScriptOf(command));
        var start = new ProcessStartInfo(PowerShell!) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = folder + Path.PathSeparator + Environment.GetEnvironmentVariable("PATH");
        start.Environment["SystemDrive"] = "C:";
        foreach (var argument in new[] { "-NoProfile", "-NonInteractive", "-File", file }) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.GetAwaiter().GetResult());
    });
}
