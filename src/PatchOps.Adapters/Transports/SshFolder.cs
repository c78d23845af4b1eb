using System.Diagnostics;
using System.Globalization;

namespace PatchOps.Adapters.Transports;

/// <summary>A runner's private folder for control sockets. It says whose it is, so that a later runner can tell a dead one's and remove it.</summary>
/// <remarks>A killed runner closes nothing: its connections would stay open until they time out, and its folder for ever.</remarks>
internal static class SshFolder
{
    private const string Prefix = "po-";
    private const string OwnerFile = "owner";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Makes this process's folder, readable by nobody else.</summary>
    public static string Create()
    {
        // A socket's path has room for 107 bytes, and ssh adds 17 while it opens one: so a short name.
        var folder = Directory.CreateTempSubdirectory(Prefix).FullName;
        File.WriteAllText(Path.Combine(folder, OwnerFile), Owner(Environment.ProcessId));
        return folder;
    }

    /// <summary>Closes the connections of dead runners and removes their folders. Never touches what a living process owns, or what does not say whose it is.</summary>
    /// <param name="root">Where the folders lie.</param>
    /// <param name="program">The ssh client.</param>
    public static async Task SweepAsync(string root, string program)
    {
        foreach (var folder in Directory.GetDirectories(root, Prefix + "*"))
        {
            try
            {
                if (!IsLeft(Path.Combine(folder, OwnerFile))) continue;
                // Whoever listens on a socket in this folder is a connection of that runner.
                var closed = await Task.WhenAll(Directory.GetFiles(folder).Where(IsSocket).Select(s => CloseAsync(s, program))).ConfigureAwait(false);
                if (Array.TrueForAll(closed, static c => c)) Directory.Delete(folder, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Another user's, or another runner sweeps it at this moment.
            }
        }
    }

    /// <summary>Process, its start, and the namespace in which its number counts: a folder may be shared with containers that count by themselves.</summary>
    internal static string Owner(int process) => string.Create(CultureInfo.InvariantCulture, $"{process} {Start(process)} {Space()}");

    private static bool IsLeft(string file)
    {
        if (!File.Exists(file)) return false;
        var owner = File.ReadAllText(file).Split(' ');
        if (owner.Length != 3 || owner[2] != Space() || !int.TryParse(owner[0], CultureInfo.InvariantCulture, out var process)) return false;
        // A number may have been given to another process since.
        return Start(process) is { } start && start != owner[1];
    }

    /// <summary>One that nobody listens on any more cannot be told, and need not be; one that does not answer keeps its folder for another time.</summary>
    private static async Task<bool> CloseAsync(string socket, string program)
    {
        var told = await LocalProcess.RunAsync([program, "-F", "none", "-S", socket, "-O", "exit", "--", "gone"], default, Patience, CancellationToken.None).ConfigureAwait(false);
        return told.End == ProcessEnd.Exited;
    }

    /// <summary>Transports number their sockets.</summary>
    private static bool IsSocket(string file) => Path.GetFileName(file).All(char.IsAsciiDigit);

    /// <summary>When a process began, in a form that stays the same while it lives; empty where there is none, null where that cannot be known.</summary>
    private static string? Start(int process)
    {
        try
        {
            if (!OperatingSystem.IsLinux())
            {
                using var found = Process.GetProcessById(process);
                return found.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture);
            }
            // The name in brackets may hold anything; the start is the 22nd field, the 20th after it.
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/stat"));
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19];
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or FileNotFoundException or DirectoryNotFoundException)
        {
            return "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static string Space() => OperatingSystem.IsLinux() && new FileInfo("/proc/self/ns/pid").LinkTarget is { } space ? space : Environment.MachineName;
}
