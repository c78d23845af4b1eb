using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using PatchOps.Core.Seams;
using PatchOps.Domain;
using PackageChange = PatchOps.Core.Seams.PackageChange;

namespace PatchOps.Adapters.Providers.Scripts;

/// <summary>A provider made of scripts: dnf, zypper, Windows Update, winget, and whatever an administrator registers by a manifest.</summary>
/// <remarks>
/// Reading scripts print facts and nothing else; a script that prints garbage has told nothing, so nothing counts as verified. Stage, apply
/// and revert run as detached steps with the host's own time limit: one that hangs is ended there, and the host's state is read.
/// </remarks>
public sealed class ScriptProvider(ProviderScripts scripts, IReadOnlyDictionary<string, string>? settings = null) : IPatchProvider
{
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(30);

    /// <summary>Names and versions that the package manager cannot have are refused before they reach a host; null accepts all.</summary>
    public Func<PackageChange, bool>? Accepts { get; init; }

    public string Name => scripts.Name;

    public async Task<DetectReport> DetectAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var (lines, failure) = await ReadAsync("Detect", scripts.Detect, host, [], deadline, cancellationToken).ConfigureAwait(false);
        return failure is null ? new DetectReport([.. lines.Updates], null) : new DetectReport([], failure);
    }

    public async Task<PreCheckReport> PreCheckAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (Malformed(changes, host.Host) is { } bad) return new PreCheckReport([], bad);
        var (lines, failure) = await ReadAsync("PreCheck", scripts.PreCheck ?? scripts.Verify, host, changes, deadline, cancellationToken).ConfigureAwait(false);
        failure ??= Missing(lines, changes, host.Host);
        if (failure is not null) return new PreCheckReport([], failure);
        return new PreCheckReport([.. lines.Checks], null)
        {
            BootId = lines.BootId,
            Installed = changes.Select(c => c.Package).Distinct(StringComparer.Ordinal).ToImmutableDictionary(p => p, p => lines.Find(p)!.Value.Version),
        };
    }

    public async Task<ProviderReport> StageAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken) =>
        scripts.Stage is null
            ? new ProviderReport(new StepReport(key.Id, StepState.Finished) { ExitCode = 0 }, false, null)
            : await StepAsync("Stage", scripts.Stage, host, changes, key, cancellationToken).ConfigureAwait(false);

    public Task<ProviderReport> ApplyAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken) =>
        StepAsync("Apply", scripts.Apply, host, changes, key, cancellationToken);

    public Task<ProviderReport> RevertAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken) =>
        StepAsync("Revert", scripts.Revert, host, changes, key, cancellationToken);

    public async Task<VerifyReport> VerifyAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        if (Malformed(changes, host.Host) is { } bad) return new VerifyReport([], bad);
        var (lines, failure) = await ReadAsync("Verify", scripts.Verify, host, changes, deadline, cancellationToken).ConfigureAwait(false);
        failure ??= Missing(lines, changes, host.Host);
        if (failure is not null) return new VerifyReport([], failure);
        return new VerifyReport([.. changes.Select(c => lines.Find(c.Package) is var (version, broken) ? new VerifiedPackage(c, version, broken) : throw new InvalidOperationException(c.Package))], null)
        {
            RestartNeeded = lines.RestartReasons.Exists(r => !r.StartsWith("service ", StringComparison.Ordinal)),
            RestartReasons = [.. lines.RestartReasons],
            BootId = lines.BootId,
        };
    }

    private async Task<(ProviderLines Lines, Failure? Failure)> ReadAsync(string what, string script, IHostTransport host, IReadOnlyList<PackageChange> changes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var result = await host.RunAsync(Command(script, changes, deadline, elevated: true), cancellationToken).ConfigureAwait(false);
        var lines = ProviderLines.Parse(result.StandardOutput);
        if (result.Failure is { } failure) return (lines, failure);
        if (result.ExitCode != 0)
            return (lines, Bad("ProviderFailed", FormattableString.Invariant($"{what} of provider {Name} on host '{host.Host}' ended with exit code {result.ExitCode}: {Last(result.StandardError, result.StandardOutput)}"), host));
        return lines.Garbage is { } garbage
            ? (lines, Bad("ProviderOutputInvalid", $"{what} of provider {Name} on host '{host.Host}' printed what is not understood: {garbage}", host))
            : (lines, null);
    }

    private async Task<ProviderReport> StepAsync(string what, string script, IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken)
    {
        if (Malformed(changes, host.Host) is { } bad) return new ProviderReport(new StepReport(key.Id, StepState.NotSent) { Failure = bad }, true, bad);
        // A step that ends at its limit needs a moment longer to say so.
        var step = await host.StartStepAsync(key, Command(script, changes, CallDeadline, elevated: false), key.TimeLimit + TimeSpan.FromSeconds(12), cancellationToken).ConfigureAwait(false);
        switch (step.State)
        {
            case StepState.Fenced:
                return new ProviderReport(step, true, step.Failure);
            case StepState.Running:
                return new ProviderReport(step, false, null);
            case not StepState.Finished:
                return new ProviderReport(step, false, step.Failure ?? Bad("StepMissing", $"Host '{host.Host}' knows nothing of step '{step.StepId}'.", host));
        }
        if (ProviderLines.Refusal(step.StandardOutput + "\n" + step.StandardError) is var (code, message))
            return new ProviderReport(step, true, new Failure(code, FailureKind.Refused, $"{what} on host '{host.Host}' was refused: {message}", host.Host, "Read the host again with Get-PatchInventory and make the plan anew with New-PatchPlan."));
        return step.ExitCode == 0
            ? new ProviderReport(step, false, null)
            : new ProviderReport(step, false, new Failure(what switch { "Stage" => "StageFailed", "Apply" => "ApplyFailed", _ => "RevertFailed" }, FailureKind.Failed,
                FormattableString.Invariant($"{what} on host '{host.Host}' ended with exit code {step.ExitCode}: {Last(step.StandardError, step.StandardOutput)}"), host.Host, "See the step's output in the evidence."));
    }

    private HostCommand Command(string script, IReadOnlyList<PackageChange> changes, TimeSpan deadline, bool elevated)
    {
        if (scripts.Shell == ScriptShell.Sh)
        {
            var head = string.Concat((settings ?? ImmutableDictionary<string, string>.Empty).OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key}={Transports.PosixQuoting.Quote(s.Value)}\n"));
            return new HostCommand(["sh", "-c", head + script, "patchops-" + Name, .. changes.SelectMany(c => new[] { c.Package, c.FromVersion ?? "", c.ToVersion })], deadline, elevated: elevated);
        }
        // As data: JSON in base 64, whatever the names hold.
        var json = JsonSerializer.Serialize(changes.Select(c => new { c.Package, From = c.FromVersion ?? "", To = c.ToVersion }));
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes(json));
        var text = $"$ErrorActionPreference = 'Stop'\n$ProgressPreference = 'SilentlyContinue'\n$Changes = @([Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('{data}')) | ConvertFrom-Json | ForEach-Object {{ $_ }})\n{script}";
        return new HostCommand(["powershell.exe", "-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-EncodedCommand", Convert.ToBase64String(Encoding.Unicode.GetBytes(text))], deadline, elevated: elevated);
    }

    private Failure? Malformed(IReadOnlyList<PackageChange> changes, string host)
    {
        var bad = changes.FirstOrDefault(c => Accepts is { } accepts && !accepts(c)) ?? changes.FirstOrDefault(c => (c.Package + c.FromVersion + c.ToVersion).Any(char.IsControl));
        return bad is null ? null : new Failure("PackageNameInvalid", FailureKind.InvalidInput, $"'{bad}' names no package and version of {Name}.", host, "Correct the plan with New-PatchPlan.");
    }

    private Failure? Missing(ProviderLines lines, IReadOnlyList<PackageChange> changes, string host)
    {
        var silent = changes.FirstOrDefault(c => lines.Find(c.Package) is null);
        return silent is null ? null : new Failure("ProviderOutputInvalid", FailureKind.Failed, $"Provider {Name} said nothing of package '{silent.Package}' on host '{host}'.", host, "Correct the provider's verify script: it prints one package line for each package.");
    }

    private static Failure Bad(string code, string message, IHostTransport host) => new(code, FailureKind.Failed, message, host.Host, "Correct the provider, or what its output shows, then run Invoke-PatchWave -RetryFailed.");

    private static string Last(string error, string output)
    {
        var line = (error + "\n" + output).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var last = error.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? line.LastOrDefault() ?? "no reason given";
        return ProviderLines.Short(last);
    }
}
