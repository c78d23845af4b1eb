using System.Collections.Immutable;
using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>What a host says is quiesced at present, by mark; or why that is not known.</summary>
public sealed record QuiesceList(ImmutableArray<string> Marks, Failure? Failure);

/// <summary>Takes something out of service around a change: jobs, backups, replication, a load balancer's member.</summary>
/// <remarks>Law: unquiesce is idempotent and works after a crash, from the mark alone.</remarks>
public interface IQuiesce
{
    string Name { get; }

    /// <summary>Quiesces and leaves the mark on the host; once under one mark.</summary>
    Task<StepReport> QuiesceAsync(IHostTransport host, string mark, StepKey key, CancellationToken cancellationToken);

    /// <summary>Puts back into service whatever the mark says, and removes the mark; without the mark it does nothing and succeeds.</summary>
    Task<StepReport> UnquiesceAsync(IHostTransport host, string mark, StepKey key, CancellationToken cancellationToken);

    /// <summary>The marks that are on the host: what a crash left quiesced.</summary>
    Task<QuiesceList> ListAsync(IHostTransport host, TimeSpan deadline, CancellationToken cancellationToken);
}
