using System.ComponentModel;
using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using NuGet.Versioning;
using PatchOps.Core.Versions;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Tests.Versions;

/// <summary>The orders against the platforms' own tools, where those are installed.</summary>
public class PlatformOrderTests
{
    private const int Pairs = 4_000;

    [SkippableFact]
    public void Generated_versions_are_ordered_as_dpkg_orders_them()
    {
        Require("dpkg", "--version");
        var pairs = Sample(VersionScheme.Dpkg, 1_500);
        // One shell asks for all pairs: dpkg answers one question per process.
        const string Script = """while read -r a b; do if dpkg --compare-versions -- "$a" lt "$b"; then echo -1; elif dpkg --compare-versions -- "$a" eq "$b"; then echo 0; else echo 1; fi; done""";
        AssertSame(VersionScheme.Dpkg, pairs, Run("sh", ["-c", Script], Lines(pairs)));
    }

    [SkippableFact]
    public void What_dpkg_complains_about_is_refused_and_nothing_else()
    {
        Require("dpkg", "--version");
        var texts = VersionGenerators.Noise.Where(t => t.Trim().Length > 0 && t.IndexOfAny(['\n', 'é', 'β', '\'', '*']) < 0).Sample(700).Distinct().ToList();
        const string Script = """while IFS= read -r a; do if dpkg --validate-version -- "$a" >/dev/null 2>&1; then echo 1; else echo 0; fi; done""";
        var answers = Run("sh", ["-c", Script], string.Concat(texts.Select(t => t + "\n")));
        Assert.Equal(texts.Count, answers.Count);
        var order = VersionSchemes.Get(VersionScheme.Dpkg);
        var other = texts.Where((t, i) => order.TryValidate(t, out _) != (answers[i] == "1")).ToList();
        Assert.Empty(other);
    }

    [SkippableFact]
    public void Generated_versions_are_ordered_as_rpm_orders_them()
    {
        Require("rpm", "--version");
        var pairs = Sample(VersionScheme.Rpm, Pairs);
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, Lines(pairs));
            var script = $$"""%{lua: for l in io.lines("{{file}}") do local a, b = l:match("^(.-)\t(.*)$") print(rpm.vercmp(a, b)) print("\n") end}""";
            AssertSame(VersionScheme.Rpm, pairs, Run("rpm", ["--eval", script], ""));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Generated_versions_are_ordered_as_NuGet_orders_them()
    {
        var order = VersionSchemes.Get(VersionScheme.NuGet);
        foreach (var (left, right) in Sample(VersionScheme.NuGet, 20_000))
        {
            var expected = Math.Sign(VersionComparer.Default.Compare(NuGetVersion.Parse(left), NuGetVersion.Parse(right)));
            Assert.True(expected == order.Compare(left, right), $"{left} and {right}: NuGet says {expected}");
        }
    }

    [Fact]
    public void What_NuGet_reads_is_valid_and_nothing_else()
    {
        var order = VersionSchemes.Get(VersionScheme.NuGet);
        // Two differences are meant: numbers beyond Int32 are taken, and white space inside a version is not.
        foreach (var text in VersionGenerators.Noise.Where(t => !t.Contains("9999", StringComparison.Ordinal) && !t.Any(char.IsWhiteSpace)).Sample(20_000))
        {
            Assert.True(NuGetVersion.TryParse(text, out _) == order.TryValidate(text, out var reason), $"'{text}': {reason ?? "valid"}");
        }
    }

    private static List<(string Left, string Right)> Sample(VersionScheme scheme, int count)
    {
        var version = VersionGenerators.Valid(scheme);
        return [.. version.SelectMany(a => version.Select(b => (a, b))).Sample(count)];
    }

    private static string Lines(IEnumerable<(string Left, string Right)> pairs) => string.Concat(pairs.Select(p => $"{p.Left}\t{p.Right}\n"));

    private static void AssertSame(VersionScheme scheme, List<(string Left, string Right)> pairs, List<string> answers)
    {
        Assert.Equal(pairs.Count, answers.Count);
        var order = VersionSchemes.Get(scheme);
        for (var i = 0; i < pairs.Count; i++)
        {
            var result = order.Compare(pairs[i].Left, pairs[i].Right);
            Assert.True($"{result}" == answers[i], $"{pairs[i].Left} and {pairs[i].Right}: the platform says {answers[i]}, we {result}");
        }
    }

    private static void Require(string tool, string argument)
    {
        try
        {
            Run(tool, [argument], "");
        }
        catch (Win32Exception)
        {
            Skip.If(true, $"{tool} is not installed.");
        }
    }

    private static List<string> Run(string tool, string[] arguments, string input)
    {
        using var process = Process.Start(new ProcessStartInfo(tool, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var writing = Task.Run(() =>
        {
            process.StandardInput.Write(input);
            process.StandardInput.Close();
        });
        var output = process.StandardOutput.ReadToEnd();
        writing.GetAwaiter().GetResult();
        process.WaitForExit();
        return [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }
}
