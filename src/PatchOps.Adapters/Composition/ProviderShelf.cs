using System.Collections.Concurrent;
using System.Security.Cryptography;
using PatchOps.Adapters.Hosts;
using PatchOps.Adapters.Providers.Apt;
using PatchOps.Adapters.Providers.Rpm;
using PatchOps.Adapters.Providers.Scripts;
using PatchOps.Adapters.Providers.Windows;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Composition;

/// <summary>Built-in providers, manifests kept in a folder beside the store, and script blocks kept for the session.</summary>
internal sealed class ProviderShelf(string store, ConcurrentDictionary<string, IProviderBlocks> blocks, HostServices services) : IProviderShelf
{
    private static readonly PatchProvider[] BuiltIn =
    [
        new() { Name = "apt", Kind = ProviderKind.BuiltIn, Description = "Debian and Ubuntu", Proven = "on real Debian hosts" },
        new() { Name = "dnf", Kind = ProviderKind.BuiltIn, Description = "Fedora, RHEL, Rocky, Alma (rpm)", Proven = "with real dnf 4 and a local repository, on Debian" },
        new() { Name = "yum", Kind = ProviderKind.BuiltIn, Description = "where yum is dnf's other name (rpm)", Proven = "by the same scripts as dnf; yum 3 not run" },
        new() { Name = "zypper", Kind = ProviderKind.BuiltIn, Description = "SUSE (rpm)", Proven = "with real zypper and a local repository, on Debian" },
        new() { Name = "windowsupdate", Kind = ProviderKind.BuiltIn, Description = "Windows Update by its agent, as SYSTEM", Proven = "not run on Windows: recorded output" },
        new() { Name = "manual", Kind = ProviderKind.BuiltIn, Description = "what only a person can install and look at: Invoke-PatchWave -Manual", Proven = "by a person's answers" },
        new() { Name = "winget", Kind = ProviderKind.BuiltIn, Description = "Windows applications by winget", Proven = "not run on Windows: recorded output" },
    ];

    private string Folder => store + ".providers";

    public IReadOnlyList<PatchProvider> All() => [.. BuiltIn, .. Manifests(), .. blocks.OrderBy(b => b.Key, StringComparer.OrdinalIgnoreCase).Select(b => OfBlocks(b.Key, b.Value))];

    public PatchProvider Read(string path)
    {
        var (scripts, description) = ProviderManifest.Read(path);
        RefuseBuiltIn(scripts.Name);
        return Info(path, scripts, description);
    }

    public PatchProvider Keep(string path)
    {
        var read = Read(path);
        Directory.CreateDirectory(Folder);
        var target = Path.Combine(Folder, read.Name.ToLowerInvariant() + ".yaml");
        var part = target + ".new";
        File.Copy(path, part, overwrite: true);
        File.Move(part, target, overwrite: true);
        return read with { Source = target };
    }

    public PatchProvider Keep(string name, IReadOnlyDictionary<string, object> given)
    {
        RefuseBuiltIn(name);
        if (!ProviderManifest.IsName(name)) throw new FailureException("ProviderNameInvalid", FailureKind.InvalidInput, $"'{name}' is no name: 1 to 40 letters, digits, dots, dashes or underscores.", name, "Give another -Name.");
        foreach (var needed in new[] { "Detect", "Apply", "Verify", "Revert" })
            if (!given.ContainsKey(needed)) throw new FailureException("ProviderIncomplete", FailureKind.InvalidInput, $"Provider '{name}' lacks -{needed}.", name, "Give -Detect, -Apply, -Verify and -Revert; -PreCheck and -Stage may be left out.");
        var made = services.Blocks?.Invoke(given) ?? throw new FailureException("ProviderNeedsPowerShell", FailureKind.InvalidInput, "Script blocks need PowerShell.", name, "Register a manifest instead.");
        blocks[name] = made;
        return OfBlocks(name, made);
    }

    /// <summary>Whether the host is a Windows one, so that its transport, restart and steps are Windows' own.</summary>
    public static bool IsWindows(Asset asset) =>
        asset.OperatingSystem?.Contains("windows", StringComparison.OrdinalIgnoreCase) == true || asset.Provider?.ToUpperInvariant() is "WINDOWSUPDATE" or "WINGET";

    /// <param name="asset">The host.</param>
    /// <param name="apt">How apt works, where the host is apt's.</param>
    /// <exception cref="FailureException"><c>ProviderUnknown</c>.</exception>
    public IPatchProvider For(Asset asset, AptSettings apt)
    {
        var name = asset.Provider ?? Guess(asset.OperatingSystem);
        switch (name?.ToUpperInvariant())
        {
            case "APT": return new AptProvider(apt);
            case "DNF": return RpmProviders.Dnf();
            case "YUM": return RpmProviders.Yum();
            case "ZYPPER": return RpmProviders.Zypper();
            case "WINDOWSUPDATE": return new ScriptProvider(WindowsUpdateScripts.All) { Accepts = WindowsUpdateScripts.Accepts };
            case "MANUAL": return new HandProvider();
            case "WINGET": return new ScriptProvider(WingetScripts.All) { Accepts = WingetScripts.Accepts };
        }
        if (name is not null)
        {
            if (blocks.FirstOrDefault(b => b.Key.Equals(name, StringComparison.OrdinalIgnoreCase)) is { Value: { } own } found) return new BlockProvider(found.Key, own, asset);
            var file = Path.Combine(Folder, name.ToLowerInvariant() + ".yaml");
            if (ProviderManifest.IsName(name) && File.Exists(file)) return new ScriptProvider(ProviderManifest.Read(file).Scripts);
        }
        throw new FailureException("ProviderUnknown", FailureKind.InvalidInput, $"{asset.Name} asks for the provider '{name ?? asset.OperatingSystem ?? "(none)"}', which is not known.", asset.Name,
            "See Get-PatchProvider. Register yours with Register-PatchProvider, or set the asset's Provider with Import-PatchAsset.");
    }

    /// <summary>Whether nothing of the host is reached but by its provider.</summary>
    public bool IsBare(Asset asset) => asset.Transport is null && (IsBlocks(asset) || asset.Provider?.Equals("manual", StringComparison.OrdinalIgnoreCase) == true);

    private bool IsBlocks(Asset asset) => asset.Provider is { } name && blocks.Keys.Contains(name, StringComparer.OrdinalIgnoreCase);

    public static IHostRestart Restart(Asset asset) => IsWindows(asset) ? new WindowsRestart() : new PosixRestart();

    private static string? Guess(string? os)
    {
        bool Says(params string[] names) => Array.Exists(names, n => os?.Contains(n, StringComparison.OrdinalIgnoreCase) == true);
        return os is null || Says("debian", "ubuntu") ? "apt"
            : Says("fedora", "red hat", "rhel", "centos", "rocky", "alma", "oracle linux", "amazon linux") ? "dnf"
            : Says("suse", "sles") ? "zypper"
            : Says("windows") ? "windowsupdate"
            : null;
    }

    private List<PatchProvider> Manifests()
    {
        if (!Directory.Exists(Folder)) return [];
        var found = new List<PatchProvider>();
        foreach (var file in Directory.EnumerateFiles(Folder, "*.yaml").Order(StringComparer.Ordinal))
        {
            try
            {
                var (scripts, description) = ProviderManifest.Read(file);
                found.Add(Info(file, scripts, description));
            }
            catch (FailureException e)
            {
                // A kept manifest that somebody has spoilt is shown as such; whoever uses it is refused with the line.
                found.Add(new PatchProvider { Name = Path.GetFileNameWithoutExtension(file), Kind = ProviderKind.Manifest, Description = e.Failure.Message, Source = file });
            }
        }
        return found;
    }

    private static PatchProvider Info(string path, ProviderScripts scripts, string description) => new()
    {
        Name = scripts.Name, Kind = ProviderKind.Manifest, Description = description, Source = path, Hash = Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))).ToLowerInvariant(),
    };

    private static PatchProvider OfBlocks(string name, IProviderBlocks made) => new() { Name = name, Kind = ProviderKind.ScriptBlock, Description = "script blocks of this session", Hash = made.Hash };

    private static void RefuseBuiltIn(string name)
    {
        if (Array.Exists(BuiltIn, b => b.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
            throw new FailureException("ProviderNameTaken", FailureKind.Conflict, $"'{name}' is the name of a built-in provider.", name, "Choose another name.");
    }
}
