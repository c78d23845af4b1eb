using System.Runtime.CompilerServices;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Composition;

/// <summary>Turns settings into operations: the only door through which cmdlets and verbs reach the adapters.</summary>
public sealed class OperationHost(TimeProvider clock, HostServices? services = null) : IAsyncDisposable
{
    private readonly Dictionary<string, OpenStore> stores = new(StringComparer.Ordinal);
    private readonly Dictionary<HostAccess, HostConnections> connections = [];
    private readonly object gate = new();
    private readonly HostServices services = services ?? new HostServices();

    /// <summary>Store used where a request names none; null for the environment's or the user's own.</summary>
    public string? DefaultStore { get; set; }

    public TimeProvider Clock => clock;

    /// <summary>Opens (once) the store that a request means.</summary>
    public OpenStore Store(string? named)
    {
        var location = StoreLocation.Resolve(named ?? DefaultStore);
        lock (gate)
        {
            // A store whose files were deleted meanwhile is made anew rather than written into nowhere.
            if (stores.TryGetValue(location, out var open) && File.Exists(location)) return open;
            return stores[location] = OpenStore.At(location);
        }
    }

    /// <summary>Connections to hosts, shared by all operations that reach them in the same way.</summary>
    internal HostConnections Connections(HostAccess access)
    {
        lock (gate)
        {
            if (!connections.TryGetValue(access, out var open)) connections[access] = open = new HostConnections(access, services);
            return open;
        }
    }

    /// <summary>Runs a request. Expected failures come as events; nothing but cancellation is thrown.</summary>
    public async IAsyncEnumerable<OperationEvent> RunAsync(OperationRequest request, Caller caller, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        IAsyncEnumerator<OperationEvent>? events = null;
        try
        {
            while (true)
            {
                OperationEvent? next = null;
                Failure? failure = null;
                try
                {
                    if (events is null)
                    {
                        request.Validate();
                        events = Operations.Start(this, services, request, caller, cancellationToken);
                    }
                    if (await events.MoveNextAsync().ConfigureAwait(false)) next = events.Current;
                }
                catch (FailureException e)
                {
                    failure = e.Failure;
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // A defect of ours, not of the input: said as such, with where it happened.
                    failure = new Failure("Unexpected", FailureKind.Failed, $"{e.GetType().Name}: {e.Message}", e.StackTrace?.Split('\n').FirstOrDefault()?.Trim(),
                        "This is a defect in PatchOps; please report it with the command that led here.");
                }
                if (failure is not null)
                {
                    yield return new FailedEvent(failure, Terminating: true);
                    yield break;
                }
                if (next is null) yield break;
                yield return next;
            }
        }
        finally
        {
            if (events is not null) await events.DisposeAsync().ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var open in connections.Values) await open.DisposeAsync().ConfigureAwait(false);
        connections.Clear();
        foreach (var store in stores.Values) await store.DisposeAsync().ConfigureAwait(false);
        stores.Clear();
    }
}

/// <summary>Seams that only a face can fill, such as PowerShell sessions.</summary>
public sealed record HostServices
{
    /// <summary>Makes a transport for assets that are reached through a PowerShell session; null where there is no PowerShell.</summary>
    public Func<Asset, Core.Seams.IHostTransport>? SessionTransport { get; init; }
}
