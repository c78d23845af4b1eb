using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Module.Sessions;

/// <summary>A probe of PowerShell: healthy where the script gives <c>$true</c> or <c>Healthy</c>, with what it said before as the detail.</summary>
/// <remarks>What throws is unhealthy, with its message; what hangs or gives something else is unknown, and so not healthy.</remarks>
internal sealed class ScriptProbe(string name, string script, Asset asset) : IHealthProbe
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    public string Name => name;

    public async Task<HealthReading> CheckAsync(IHostTransport host, CancellationToken cancellationToken)
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        var variables = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["Computer"] = asset.Address ?? asset.Name, ["Name"] = asset.Name, ["Asset"] = asset, ["ErrorActionPreference"] = "Stop",
        };
        var outcome = await BlockRunner.RunAsync(script, variables, Deadline, cancellationToken).ConfigureAwait(false);
        HealthReading Reading(HealthStatus status, string detail) => new(name, status, detail, watch.Elapsed);
        if (!outcome.Ended) return Reading(HealthStatus.Unknown, outcome.Error!);
        if (outcome.Error is { } error) return Reading(HealthStatus.Unhealthy, error);
        var said = outcome.Output.Where(o => o is not null).Select(o => o.BaseObject).ToList();
        var detail = string.Join("; ", said.Take(said.Count - 1).Select(o => o.ToString()));
        return said.LastOrDefault() switch
        {
            true => Reading(HealthStatus.Healthy, detail),
            false => Reading(HealthStatus.Unhealthy, detail.Length > 0 ? detail : "it gave $false"),
            string text when Enum.TryParse<HealthStatus>(text, ignoreCase: true, out var status) && !char.IsAsciiDigit(text[0]) => Reading(status, detail),
            var other => Reading(HealthStatus.Unknown, $"it gave {(other is null ? "nothing" : $"'{other}'")} instead of $true, $false or a status"),
        };
    }
}
