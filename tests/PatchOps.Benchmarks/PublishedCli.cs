using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PatchOps.Benchmarks;

/// <summary>The command line made as the README tells administrators to: compiled for this platform.</summary>
internal static class PublishedCli
{
    /// <param name="folder">Where to; a folder of its own.</param>
    /// <returns>The program.</returns>
    public static string Make(string folder)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet",
            ["publish", Path.Combine(Repository(), "src", "PatchOps.Cli"), "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "-o", folder, "-v", "quiet", "-nodeReuse:false"]) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? Path.Combine(folder, "patchops") : throw new InvalidOperationException($"The command line could not be published: {output}");
    }

    public static string Repository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "PatchOps.slnx"))) return folder.FullName;
        }
        throw new InvalidOperationException("The benchmark does not lie inside the repository.");
    }
}
