using System.Diagnostics;
using PatchOps.Domain;

namespace PatchOps.Lab.Tests.Waves;

/// <summary>The command line as a process of its own.</summary>
internal static class CommandLine
{
    /// <summary>Arguments that run the first wave of a plan on the lab's hosts.</summary>
    public static string[] Invoke(ProductLab lab, Desk desk, PatchPlan plan) =>
        ["wave", "invoke", plan.Id, "1", "--ignore-window", "--key-file", lab.KeyFile, "--known-hosts-file", lab.KnownHosts, "--store", desk.Store, "--yes", "--json"];

    public static Process Start(params string[] arguments) => Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "patchops.dll"), .. arguments]);

    public static Task<(int Code, string Output, string Error)> RunAsync(params string[] arguments) => EndAsync(Start(arguments));

    public static Process Start(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    public static async Task<(int Code, string Output, string Error)> EndAsync(Process process)
    {
        using (process)
        {
            var output = process.StandardOutput.ReadToEndAsync();
            var error = process.StandardError.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (process.ExitCode, await output, await error);
        }
    }
}
