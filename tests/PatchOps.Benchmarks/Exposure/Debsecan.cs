using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using PatchOps.Domain;

namespace PatchOps.Benchmarks.Exposure;

/// <summary>Debian's own scanner, asked about one host of the same estate with the same statements.</summary>
internal static class Debsecan
{
    private const string Program = "/usr/bin/debsecan";

    public static bool IsInstalled => File.Exists(Program);

    /// <returns>Seconds of each round, and the findings of one.</returns>
    public static (double[] Seconds, int Findings) Ask(InventoryResult host, string folder, int rounds)
    {
        var source = Path.Combine(folder, "debsecan");
        Directory.CreateDirectory(source);
        WriteStatements(Path.Combine(source, "bookworm"));
        var status = Path.Combine(folder, "status");
        File.WriteAllText(status, Status(host));
        var seconds = new double[rounds];
        var findings = 0;
        for (var i = 0; i < rounds; i++)
        {
            var watch = Stopwatch.StartNew();
            findings = Run("--source", new Uri(source).AbsoluteUri, "--suite", "bookworm", "--status", status, "--format", "simple");
            seconds[i] = watch.Elapsed.TotalSeconds;
        }
        return (seconds, findings);
    }

    private static int Run(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        var lines = 0;
        while (process.StandardOutput.ReadLine() is not null) lines++;
        process.WaitForExit();
        return process.ExitCode == 0 ? lines : throw new InvalidOperationException($"debsecan ended with {process.ExitCode}: {error.Result}");
    }

    /// <summary>debsecan's own format: names, then package by package the fixed version, then which source builds which package.</summary>
    private static void WriteStatements(string path)
    {
        var text = new StringBuilder("VERSION 1\n");
        var all = ExposureEstate.DebianStatements().ToList();
        foreach (var (cve, _, _) in all) text.Append(CultureInfo.InvariantCulture, $"{cve},,A flaw in a parser lets a crafted file run code.\n");
        text.Append('\n');
        for (var i = 0; i < all.Count; i++) text.Append(CultureInfo.InvariantCulture, $"{all[i].Source},{i},SM?F,{all[i].Fixed},\n");
        text.Append("\n\n");
        using var file = File.Create(path);
        using var packed = new ZLibStream(file, CompressionLevel.Fastest);
        packed.Write(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static string Status(InventoryResult host)
    {
        var text = new StringBuilder();
        foreach (var package in host.Software)
            text.Append(CultureInfo.InvariantCulture, $"Package: {package.Package}\nStatus: install ok installed\nArchitecture: amd64\nSource: {package.Source}\nVersion: {package.Version}\n\n");
        return text.ToString();
    }
}
