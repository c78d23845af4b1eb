using System.Globalization;
using System.Text;

namespace PatchOps.Adapters.Transports;

/// <summary>Makes transports that share one private folder for control sockets, and removes it at the end; it also removes what dead runners left of theirs.</summary>
public sealed class SshClient : IAsyncDisposable
{
    private readonly SshSettings _settings;
    private readonly string _folder;
    private readonly List<OpenSshTransport> _opened = [];
    private readonly Task _sweeping;
    private int _number;

    public SshClient(SshSettings? settings = null)
    {
        _settings = settings ?? new SshSettings();
        _folder = SshFolder.Create();
        // Beside the first connections, which need not wait for it.
        _sweeping = Task.Run(() => SshFolder.SweepAsync(Path.GetTempPath(), _settings.Program));
    }

    /// <summary>A transport to one host. It connects with the first command; dispose of it to close the connection.</summary>
    public OpenSshTransport Open(SshEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var number = Interlocked.Increment(ref _number).ToString(CultureInfo.InvariantCulture);
        var config = Path.Combine(_folder, number + ".conf");
        File.WriteAllText(config, Configuration());
        var transport = new OpenSshTransport(endpoint, _settings, config, Path.Combine(_folder, number));
        lock (_opened) _opened.Add(transport);
        return transport;
    }

    /// <summary>Closes every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        OpenSshTransport[] opened;
        lock (_opened)
        {
            opened = [.. _opened];
            _opened.Clear();
        }
        await Task.WhenAll(opened.Select(t => t.DisposeAsync().AsTask()).Append(_sweeping)).ConfigureAwait(false);
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Disposed of twice, or a cleaner of temporary files was here first.
        }
    }

    // A file, not options: the ssh processes that ssh starts for jump hosts read it too, so that their keys are checked alike.
    private string Configuration()
    {
        var text = new StringBuilder("Host *\n");
        void Line(string name, string value) => text.Append("  ").Append(name).Append(' ').Append(value).Append('\n');
        Line("BatchMode", "yes");
        Line("StrictHostKeyChecking", _settings.HostKeyCheck == HostKeyCheck.Strict ? "yes" : "accept-new");
        if (_settings.KnownHostsFile is { } known) Line("UserKnownHostsFile", Quoted(known));
        foreach (var identity in _settings.IdentityFiles) Line("IdentityFile", Quoted(identity));
        if (_settings.IdentityFiles.Count > 0) Line("IdentitiesOnly", "yes");
        Line("ConnectTimeout", Math.Max(1, (int)Math.Ceiling(_settings.ConnectTimeout.TotalSeconds)).ToString(CultureInfo.InvariantCulture));
        Line("ServerAliveInterval", "5");
        Line("ServerAliveCountMax", "3");
        Line("LogLevel", "ERROR");
        Line("ClearAllForwardings", "yes");
        Line("PermitLocalCommand", "no");
        if (_settings.ConfigFile == "none") return text.ToString();
        if (_settings.ConfigFile is { } other) Line("Include", Quoted(other));
        else Line("Include", "~/.ssh/config /etc/ssh/ssh_config");
        return text.ToString();
    }

    private static string Quoted(string path)
    {
        if (path.Any(c => c is '"' or '\n' or '\r' or '\0')) throw new ArgumentException($"ssh's configuration cannot name the file '{path}'.", nameof(path));
        // ssh expands percent signs in file names.
        return $"\"{Path.GetFullPath(path).Replace("%", "%%", StringComparison.Ordinal)}\"";
    }
}
