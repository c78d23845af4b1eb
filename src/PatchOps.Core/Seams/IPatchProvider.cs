namespace PatchOps.Core.Seams;

/// <summary>One way of patching hosts: apt, dnf, Windows Update, a script.</summary>
/// <remarks>
/// Laws: apply never claims success, only <see cref="VerifyAsync"/> does; applying to a host that is already right changes nothing;
/// a version other than the approved one is refused, and the refusal names it; calling stage, apply or revert again with the same
/// step key finds the first call's effect. Nothing here throws for what a host does.
/// </remarks>
public interface IPatchProvider
{
    /// <summary>The name assets and policies use: <c>apt</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Apply itself downloads everything before it changes anything, and keeps the way back: staging then only shortens the time out of service, and
    /// a host that is not taken out of service is spared it.
    /// </summary>
    bool StagesItself => false;

    /// <summary>Reads what is missing, with the reason where the package manager holds it back. Changes nothing.</summary>
    Task<DetectReport> DetectAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken);

    /// <summary>Reads whether the host is fit to be changed: space, locks, half-configured packages, age of the backup, pending restart.</summary>
    Task<PreCheckReport> PreCheckAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, TimeSpan deadline, CancellationToken cancellationToken);

    /// <summary>Downloads what apply will need, and what revert may need, without installing anything.</summary>
    Task<ProviderReport> StageAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken);

    /// <summary>Installs exactly the approved versions as one detached step, and waits for its end within the key's time limit.</summary>
    Task<ProviderReport> ApplyAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken);

    /// <summary>Reads the installed versions and whether a restart is needed: the only judge of success.</summary>
    Task<VerifyReport> VerifyAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, TimeSpan deadline, CancellationToken cancellationToken);

    /// <summary>Returns to <see cref="PackageChange.FromVersion"/>; removes what was not installed before. Judge it by <see cref="VerifyReport.AllReverted"/>.</summary>
    Task<ProviderReport> RevertAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, CancellationToken cancellationToken);
}

/// <summary>A provider whose hosts revert by themselves when nobody confirms: for changes that may cut the host off.</summary>
public interface ICommitConfirm
{
    /// <summary>Starts a step on the host that waits and then reverts, unless confirmed before. Arm it before apply.</summary>
    /// <remarks><paramref name="confirmWithin"/> counts from the end of the last step that follows on the host, from now where none does; the key's time limit bounds the revert after that.</remarks>
    Task<ProviderReport> ArmAsync(IHostTransport host, IReadOnlyList<PackageChange> changes, StepKey key, TimeSpan confirmWithin, CancellationToken cancellationToken);

    /// <summary>Tells the host that it is well. Idempotent; refused by the host (exit code not 0) once the revert has begun.</summary>
    Task<CommandResult> ConfirmAsync(IHostTransport host, string armedStepId, TimeSpan deadline, CancellationToken cancellationToken);
}
