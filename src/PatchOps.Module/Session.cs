using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using PatchOps.Adapters.Composition;

namespace PatchOps.Module;

/// <summary>What one PowerShell session keeps between commands: its operations and its default store.</summary>
internal static class Session
{
    private static readonly ConcurrentDictionary<Guid, OperationHost> Hosts = new();

    public static OperationHost Host(PSCmdlet cmdlet) =>
        Hosts.GetOrAdd(Runspace.DefaultRunspace?.InstanceId ?? Guid.Empty, _ => new OperationHost(TimeProvider.System));
}
