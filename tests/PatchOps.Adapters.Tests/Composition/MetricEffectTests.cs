using System.Globalization;
using System.Text;
using PatchOps.Core.Effectiveness;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>Test-PatchEffectiveness -Metric: samples before and after.</summary>
public sealed class MetricEffectTests : EffectivenessTestBase
{
    [Theory]
    [InlineData(40, MetricShiftVerdict.Lower)]
    [InlineData(100, MetricShiftVerdict.Unchanged)]
    public async Task A_metric_is_compared_at_the_time_given(double later, MetricShiftVerdict expected)
    {
        var random = new Random(3);
        var csv = new StringBuilder("Time,Value\n");
        for (var k = 0; k < 400; k++) csv.Append(CultureInfo.InvariantCulture, $"{Day(k / 4.0)},{(k < 200 ? 100 : later) + random.NextDouble():F3}\n");
        var (results, failures, _) = await estate.RunAsync(new TestEffectivenessRequest { Metric = estate.Write("m.csv", csv.ToString()), DeployedAt = Start.AddDays(50), Tolerance = 5 });
        Assert.Empty(failures);
        var shift = Assert.IsType<MetricShift>(Assert.Single(results));
        Assert.Equal(expected, shift.Verdict);
        Assert.Equal(200, shift.BeforeSamples);
        Assert.InRange(shift.Shift!.Value, later - 100 - 1, later - 100 + 1);
    }

    [Fact]
    public async Task A_Prometheus_range_is_compared_host_by_host_around_the_deployments_of_the_problem()
    {
        await ImportAsync(["PRB1"]);
        var random = new Random(4);
        string Series(string host, double later)
        {
            var samples = Enumerable.Range(0, 300).Select(k => FormattableString.Invariant($"[{Start.AddDays(30 + k).ToUnixTimeSeconds()},\"{(k < 150 ? 20 : later) + random.NextDouble()}\"]"));
            return $$$"""{"metric":{"__name__":"latency","instance":"{{{host}}}:9100"},"values":[{{{string.Join(',', samples)}}}]}""";
        }
        var path = estate.Write("range.json", $$$"""{"status":"success","data":{"resultType":"matrix","result":[{{{Series("PRB1-h0", 10)}}},{{{Series("PRB1-h1", 20)}}},{{{Series("stranger", 20)}}}]}}""");
        var (results, failures, _) = await estate.RunAsync(new TestEffectivenessRequest { Metric = path, Problem = ["PRB1"], Tolerance = 2 });
        var shifts = results.ConvertAll(r => Assert.IsType<MetricShift>(r));
        Assert.Equal([("PRB1-h0", MetricShiftVerdict.Lower), ("PRB1-h1", MetricShiftVerdict.Unchanged)], shifts.Select(s => (s.Series!, s.Verdict)));
        Assert.Equal("DeploymentNotFound", Assert.Single(failures).Failure.Code);
    }

    /// <summary>As a Prometheus names things: by address, with several series a host, and the aggregates by another label.</summary>
    [Fact]
    public async Task Series_of_one_host_are_told_apart_and_hosts_are_found_by_address_or_any_label()
    {
        await estate.RunAsync(new ImportAssetRequest { Path = [estate.Write("assets.csv", "Id,Address\nweb1,2001:db8::5\nweb2,10.0.0.7\nweb3,\n")] });
        await estate.RunAsync(new ImportProblemRequest { Path = [estate.Write("problems.csv", "Id,Title,ConfigurationItems,Patches\nPRB1,Slow,web1;web2;web3,KB1\n")] });
        await estate.RunAsync(new ImportDeploymentRequest { Path = [estate.Write("deployments.csv", $"Id,Patch,Asset,Started,Outcome\nD1,kb1,web1,{Day(180)},Succeeded\nD2,KB1,web2,{Day(180)},Succeeded\nD3,KB1,web3,{Day(180)},Succeeded\n")] });
        var random = new Random(4);
        string Series(string labels, double sooner, double later)
        {
            var samples = Enumerable.Range(0, 300).Select(k => FormattableString.Invariant($"[{Start.AddDays(30 + k).ToUnixTimeSeconds()},\"{(k < 150 ? sooner : later) + random.NextDouble()}\"]"));
            return $"{{\"metric\":{{{labels}}},\"values\":[{string.Join(',', samples)}]}}";
        }
        var strangers = Enumerable.Range(0, 7).Select(k => Series($"\"instance\":\"s{k}:9100\"", 1, 1));
        var path = estate.Write("range.json", $"{{\"status\":\"success\",\"data\":{{\"resultType\":\"matrix\",\"result\":[{string.Join(',', [
            Series("\"__name__\":\"disk\",\"instance\":\"[2001:db8::5]:9100\",\"device\":\"sda\",\"job\":\"node\"", 900, 900),
            Series("\"__name__\":\"disk\",\"instance\":\"[2001:db8::5]:9100\",\"device\":\"sdb\",\"job\":\"node\"", 20, 10),
            Series("\"__name__\":\"disk\",\"instance\":\"10.0.0.7:9100\",\"device\":\"sda\",\"job\":\"node\"", 10, 20),
            Series("\"host\":\"web3\",\"job\":\"node\"", 20, 10),
            .. strangers])}]}}}}");
        var (results, failures, _) = await estate.RunAsync(new TestEffectivenessRequest { Metric = path, Problem = ["PRB1"], Tolerance = 2 });
        Assert.Equal([("10.0.0.7", MetricShiftVerdict.Higher), ("2001:db8::5 (device=sda)", MetricShiftVerdict.Unchanged), ("2001:db8::5 (device=sdb)", MetricShiftVerdict.Lower), ("host=web3,job=node", MetricShiftVerdict.Lower)],
            results.Cast<MetricShift>().Select(s => (s.Series!, s.Verdict)));
        var failure = Assert.Single(failures).Failure;
        Assert.Equal("DeploymentNotFound", failure.Code);
        Assert.Contains("'s0', 's1', 's2', 's3', 's4' and 2 more", failure.Message);
    }

    [Theory]
    [InlineData("Time,Value\n2025-01-01,x\n2025-01-02,5\n", "MetricSampleInvalid")]
    [InlineData("When,What\n2025-01-01,5\n", "MetricColumnsMissing")]
    [InlineData("Time,Value\n", "FileEmpty")]
    [InlineData("{\"status\":\"error\",\"error\":\"timed out\"}", "MetricQueryFailed")]
    [InlineData("{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}", "MetricNoRange")]
    [InlineData("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}", "FileEmpty")]
    public async Task A_metric_file_that_cannot_be_used_says_why(string text, string code) =>
        Assert.Equal(code, (await estate.FailAsync(new TestEffectivenessRequest { Metric = estate.Write("bad.csv", text), DeployedAt = Start })).Code);

    [Fact]
    public async Task Too_few_samples_or_none_after_give_no_verdict_and_say_so()
    {
        var (results, failures, _) = await estate.RunAsync(new TestEffectivenessRequest
        {
            Metric = estate.Write("few.csv", $"Time,Value\n{Day(1)},5\n{Day(2)},NaN\n{Day(3)},6\n"), DeployedAt = Start.AddDays(10),
        });
        Assert.Empty(failures);
        var shift = Assert.IsType<MetricShift>(Assert.Single(results));
        Assert.Equal(MetricShiftVerdict.Inconclusive, shift.Verdict);
        Assert.Null(shift.Shift);
        Assert.Contains(shift.Reasons, r => r.Contains("not finite", StringComparison.Ordinal));
        Assert.Contains(shift.Reasons, r => r.Contains("No sample lies after", StringComparison.Ordinal));
    }
}
