using PatchOps.Core.Seams;
using PatchOps.Domain;
using PackageChange = PatchOps.Core.Seams.PackageChange;

namespace PatchOps.Adapters.Providers.Scripts;

/// <summary>Stands for what only a person can install. By itself it does nothing; Invoke-PatchWave -Manual puts a person in its place.</summary>
internal sealed class HandProvider : IPatchProvider
{
    public string Name => "manual";

    public Task<DetectReport> DetectAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken) => Task.FromResult(new DetectReport([], ByHand(host)));

    public Task<PreCheckReport> PreCheckAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, TimeSpan deadline, CancellationToken cancellationToken) => Task.FromResult(new PreCheckReport([], ByHand(host)));

    public Task<ProviderReport> StageAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken) => Refuse(host, key);

    public Task<ProviderReport> ApplyAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken) => Refuse(host, key);

    public Task<VerifyReport> VerifyAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, TimeSpan deadline, CancellationToken cancellationToken) => Task.FromResult(new VerifyReport([], ByHand(host)));

    public Task<ProviderReport> RevertAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken) => Refuse(host, key);

    private static Task<ProviderReport> Refuse(IHostTransport host, StepKey key) => Task.FromResult(new ProviderReport(new StepReport(key.Id, StepState.NotSent) { Failure = ByHand(host) }, true, ByHand(host)));

    private static Failure ByHand(IHostTransport host) => new("ProviderManual", FailureKind.Refused, $"{host.Host} is patched by hand.", host.Host, "Run Invoke-PatchWave -Manual.");
}
