using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves;
using PatchOps.Domain;

namespace PatchOps.Adapters.Composition;

/// <summary>Turns settings into operations: the only door through which cmdlets and verbs reach the adapters.</summary>
public sealed class OperationHost(TimeProvider clock, HostServices? services = null) : IAsyncDisposable
{
    private readonly Dictionary<string, OpenStore> stores = new(StringComparer.Ordinal);
    private readonly Dictionary<HostAccess, HostConnections> connections = [];
    private readonly ConcurrentDictionary<string, IProviderBlocks> blocks = new(StringComparer.OrdinalIgnoreCase);
    private readonly object gate = new();
    private readonly HostServices services = services ?? new HostServices();

    /// <summary>Store used where a request names none; null for the environment's or the user's own.</summary>
    public string? DefaultStore { get; set; }

    public TimeProvider Clock => clock;

    /// <summary>The waits of waves; a test shortens them.</summary>
    internal WaveOptions Waits { get; init; } = new();

    /// <summary>Stands between operations and the journal, where a test wants to see or stop every entry.</summary>
    internal Func<IJournal, IJournal>? Tap { get; init; }

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

    /// <summary>The providers that hosts of a store can be patched with.</summary>
    internal ProviderShelf Providers(string? named) => new(StoreLocation.Resolve(named ?? DefaultStore), blocks, services);

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
                catch (Microsoft.Data.Sqlite.SqliteException e) when (e.SqliteErrorCode is 8 or 10 or 13)
                {
                    // Read-only, input or output error, full: the disk's doing.
                    failure = new Failure("StoreUnavailable", FailureKind.Unavailable, $"The store cannot be written: {e.Message}", request.Store ?? DefaultStore,
                        "Free space on the disk or check the file's permissions, then do it again; a wave goes on with Invoke-PatchWave.");
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

/// <summary>How a PowerShell session is opened.</summary>
public sealed record SessionAccess(HostCredential? Credential, string? KeyFile, string? KnownHostsFile, TimeSpan ConnectTimeout);

/// <summary>Seams that only a face can fill, such as PowerShell sessions.</summary>
public sealed record HostServices
{
    /// <summary>Makes the session to an asset that is reached through PowerShell; it connects with the first call. Null where there is no PowerShell.</summary>
    public Func<Asset, SessionAccess, ISessionChannel>? Sessions { get; init; }

    /// <summary>Makes a probe of a script that runs where PatchOps runs: its name, its text, the asset it is for.</summary>
    public Func<string, string, Asset, Core.Seams.IHealthProbe>? ScriptProbe { get; init; }

    /// <summary>Makes a provider's blocks of what a face calls script blocks, by verb.</summary>
    public Func<IReadOnlyDictionary<string, object>, IProviderBlocks>? Blocks { get; init; }
}
