using System.Management.Automation;

namespace PatchOps.Module;

/// <summary>A cmdlet that reaches hosts.</summary>
public abstract class HostAccessCmdlet : OperationCmdlet
{
    /// <summary>Private key for SSH.</summary>
    [Parameter]
    public string? KeyFile { get; set; }

    /// <summary>Known-hosts file for SSH; default: ssh's own.</summary>
    [Parameter]
    public string? KnownHostsFile { get; set; }

    /// <summary>Longest wait for a connection.</summary>
    [Parameter]
    public TimeSpan ConnectTimeout { get; set; }

    /// <summary>Account: for sudo over SSH, and for PowerShell sessions.</summary>
    [Parameter, Credential]
    public PSCredential? Credential { get; set; }
}
