using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace PatchOps.Core.Tests.Effectiveness;

/// <summary>R as an oracle: one process per batch of cases. Tests that need it are skipped by name where it is missing.</summary>
internal static class ROracle
{
    private static readonly Lazy<bool> Present = new(() => Environment.GetEnvironmentVariable("PATH")!
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "Rscript"))));

    private static readonly Lazy<bool> Mass = new(() => Evaluate("cat(requireNamespace('MASS', quietly=TRUE)+0)")[0] == 1);

    /// <summary>Runs <paramref name="script"/>; it prints numbers with <c>out(x)</c>, each with 17 digits.</summary>
    public static double[] Run(string script, bool needsMass = false)
    {
        Skip.IfNot(Present.Value, "Rscript (r-base-core) is not installed.");
        Skip.If(needsMass && !Mass.Value, "R's package MASS (r-cran-mass) is not installed.");
        return Evaluate("out <- function(x) cat(sprintf('%.17g', as.numeric(x)), sep='\\n', fill=FALSE, append=FALSE)\n"
            + "out <- function(x) cat(paste0(sprintf('%.17g', as.numeric(x)), '\\n'), sep='')\n" + script);
    }

    /// <summary>An R vector.</summary>
    public static string Vector(IEnumerable<double> values) =>
        "c(" + string.Join(",", values.Select(v => v.ToString("R", CultureInfo.InvariantCulture))) + ")";

    public static void Close(double expected, double actual, double relative, string what)
    {
        if (double.IsPositiveInfinity(expected) && double.IsPositiveInfinity(actual)) return;
        var allowed = relative * Math.Max(Math.Abs(expected), double.Epsilon) + 1e-300;
        Assert.True(Math.Abs(expected - actual) <= allowed, $"{what}: R says {expected:R}, we say {actual:R}");
    }

    private static double[] Evaluate(string script)
    {
        var file = Path.Combine(Path.GetTempPath(), $"patchops-r-{Guid.NewGuid():N}.R");
        File.WriteAllText(file, script, new UTF8Encoding(false));
        try
        {
            var start = new ProcessStartInfo("Rscript") { RedirectStandardOutput = true, RedirectStandardError = true };
            start.ArgumentList.Add("--vanilla");
            start.ArgumentList.Add(file);
            using var process = Process.Start(start)!;
            var errors = process.StandardError.ReadToEndAsync();
            var text = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.True(process.ExitCode == 0, errors.Result);
            return text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Select(Parse).ToArray();
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static double Parse(string word) => word switch
    {
        "Inf" => double.PositiveInfinity,
        "-Inf" => double.NegativeInfinity,
        "NaN" or "NA" => double.NaN,
        _ => double.Parse(word, CultureInfo.InvariantCulture),
    };
}
