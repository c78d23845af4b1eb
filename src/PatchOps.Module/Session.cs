using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PatchOps.Adapters.Composition;
using PatchOps.Module.Sessions;

namespace PatchOps.Module;

/// <summary>What one PowerShell session keeps between commands: its operations and its default store.</summary>
internal static class Session
{
    private static readonly ConcurrentDictionary<Guid, OperationHost> Hosts = new();

    static Session() => AppDomain.CurrentDomain.ProcessExit += (_, _) => Close();

    public static OperationHost Host() =>
        Hosts.GetOrAdd(Runspace.DefaultRunspace?.InstanceId ?? Guid.Empty, _ => new OperationHost(TimeProvider.System, new HostServices
        {
            Sessions = (asset, access) => new SessionChannel(asset, access),
            ScriptProbe = (name, script, asset) => new ScriptProbe(name, script, asset),
            Blocks = blocks => new ProviderBlocks(blocks),
        }));

    /// <summary>Closes what this session has open; its next command starts afresh.</summary>
    public static void Leave()
    {
        if (Hosts.TryRemove(Runspace.DefaultRunspace?.InstanceId ?? Guid.Empty, out var host)) host.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    /// <summary>Closes connections and journals; files in flight are flushed by the operations themselves.</summary>
    private static void Close()
    {
        foreach (var host in Hosts.Values) host.DisposeAsync().AsTask().Wait(TimeSpan.FromSeconds(10));
        Hosts.Clear();
    }
}
