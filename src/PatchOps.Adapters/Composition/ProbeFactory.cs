using System.Globalization;
using PatchOps.Adapters.Probes;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Composition;

/// <summary>Makes probes from a plan's words: gates of hosts, test cases, gates of waves.</summary>
internal sealed class ProbeFactory(HostServices services, TimeProvider clock)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    /// <exception cref="FailureException"><c>ProbeInvalid</c>: kind or target is not understood; <c>ProbeNeedsPowerShell</c>.</exception>
    public IHealthProbe Make(string kind, string target, Asset asset, string? name = null)
    {
        name ??= $"{kind} {target}";
        var address = asset.Address ?? asset.Name;
        string Filled(string text) => text.Replace("{host}", address, StringComparison.OrdinalIgnoreCase).Replace("{name}", asset.Name, StringComparison.OrdinalIgnoreCase);
        switch (kind.ToUpperInvariant())
        {
            case "COMMAND":
                // Policy writes a command line; the host's shell splits it, in one place and on purpose.
                return new CommandProbe(name, ["sh", "-c", target], Deadline);
            case "SERVICE":
                return new ServiceProbe(name, target, Deadline);
            case "TCP" when int.TryParse(target, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536:
                return new TcpProbe(name, _ => address, port, Deadline);
            case "HTTP":
                return Http(name, kind, target, Filled);
            case "LOG" when target.Split(' ', 2) is [var path, var pattern] && path.Length > 0 && pattern.Length > 0:
                return new LogProbe(name, path, pattern, Deadline);
            case "PROMETHEUS":
                return Prometheus(name, kind, target, Filled(target));
            case "POWERSHELL":
                return services.ScriptProbe?.Invoke(name, target, asset) ?? throw new FailureException("ProbeNeedsPowerShell", FailureKind.InvalidInput, $"The plan's probe '{name}' is a PowerShell script, which only the module can run.", name,
                    "Run Invoke-PatchWave in PowerShell.");
            default:
                throw Invalid(kind, target, "it is not understood");
        }
    }

    /// <summary>A gate of a wave: asked from here, about no host in particular.</summary>
    public ProbeGate Gate(WaveGate gate)
    {
        if (gate.Kind.ToUpperInvariant() is not ("HTTP" or "PROMETHEUS" or "POWERSHELL")) throw Invalid(gate.Kind, gate.Target, "a gate of a wave is Http, Prometheus or PowerShell");
        return new ProbeGate(Make(gate.Kind, gate.Target, new Asset { Id = "wave" }, gate.Name), new Providers.Scripts.NoTransport("wave"));
    }

    private static HttpProbe Http(string name, string kind, string target, Func<string, string> filled)
    {
        try
        {
            var (written, expect) = HttpTarget.Parse(target);
            return Uri.TryCreate(filled(written), UriKind.Absolute, out var url) && url.Scheme is "http" or "https" ? new HttpProbe(name, _ => url, expect) : throw new FormatException($"'{written}' is no http or https URL");
        }
        catch (FormatException e)
        {
            throw Invalid(kind, target, e.Message);
        }
    }

    private PrometheusProbe Prometheus(string name, string kind, string target, string filled)
    {
        try
        {
            var expect = PrometheusExpectation.Parse(filled);
            return new PrometheusProbe(name, expect, new PrometheusSource(expect.Server, TimeSpan.FromSeconds(10)), clock, Deadline);
        }
        catch (FormatException e)
        {
            throw Invalid(kind, target, e.Message);
        }
    }

    private static FailureException Invalid(string kind, string target, string why) =>
        new("ProbeInvalid", FailureKind.InvalidInput, $"The plan's probe '{kind} {target}' cannot be used: {why}.", $"{kind} {target}",
            "Probes are: Command LINE, Service NAME, Tcp PORT, Http URL (with {host}) => status N; body TEXT; within N ms, Log FILE PATTERN, Prometheus SERVER QUERY => RULE, PowerShell SCRIPT. Correct the policy and make a new plan with New-PatchPlan.");
}
