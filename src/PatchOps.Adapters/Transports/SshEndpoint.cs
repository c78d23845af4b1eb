namespace PatchOps.Adapters.Transports;

/// <summary>Whether a host's key is checked.</summary>
public enum HostKeyCheck
{
    /// <summary>An unknown key is refused.</summary>
    Strict,

    /// <summary>A key seen for the first time is kept and trusted; a changed one is refused.</summary>
    AcceptNew,
}

/// <summary>Where and as whom to reach one host with the system's ssh.</summary>
public sealed record SshEndpoint
{
    /// <param name="host">The asset's id, for messages and evidence.</param>
    /// <param name="address">Name or address; must not begin with a dash or hold blanks or control characters.</param>
    /// <exception cref="ArgumentException">The address could be read as something else.</exception>
    public SshEndpoint(string host, string address)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(host);
        CheckName(address, nameof(address));
        Host = host;
        Address = address;
    }

    public string Host { get; }

    public string Address { get; }

    /// <summary>Null leaves it to ssh's configuration, and then 22.</summary>
    public int? Port
    {
        get;
        init => field = value is null or (>= 1 and <= 65535) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "A port is 1 to 65535.");
    }

    /// <summary>Null leaves it to ssh's configuration.</summary>
    public string? User
    {
        get;
        init
        {
            if (value is not null) CheckName(value, nameof(value));
            field = value;
        }
    }

    /// <summary>Jump hosts in the form <c>user@host:port</c>, in order.</summary>
    public IReadOnlyList<string> JumpHosts
    {
        get;
        init
        {
            foreach (var jump in value) CheckName(jump, nameof(value));
            field = value;
        }
    } = [];

    public Elevation Elevation { get; init; }

    /// <summary>Asked each time when <see cref="Transports.Elevation.SudoWithPassword"/>; what it gives is used at once and not kept.</summary>
    public Func<CancellationToken, ValueTask<string>>? SudoPassword { get; init; }

    private static void CheckName(string name, string parameter)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name, parameter);
        if (name[0] == '-' || name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is '\'' or '"' or '\\' or '$' or '`' or ';' or '&' or '|' or '<' or '>' or ','))
            throw new ArgumentException($"'{name}' cannot be a host's or user's name.", parameter);
    }
}

/// <summary>What holds for all hosts that are reached by one client.</summary>
public sealed record SshSettings
{
    /// <summary>Private keys to offer; empty leaves it to the agent and ssh's defaults.</summary>
    public IReadOnlyList<string> IdentityFiles { get; init; } = [];

    /// <summary>A known_hosts file of one's own; null is the user's.</summary>
    public string? KnownHostsFile { get; init; }

    public HostKeyCheck HostKeyCheck { get; init; }

    /// <summary>A configuration of ssh that is read as well; <c>none</c> for no other; null is the user's and the machine's.</summary>
    public string? ConfigFile { get; init; }

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Where steps and fences live on the hosts.</summary>
    public string StateFolder { get; init; } = "/var/lib/patchops";

    /// <summary>The program.</summary>
    public string Program { get; init; } = "ssh";
}
