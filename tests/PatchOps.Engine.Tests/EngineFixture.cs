#if POWERSHELL
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using PatchOps.Tests;

namespace PatchOps.Engine.Tests;

/// <summary>A module laid out as it ships, in a folder of its own, and runspaces that have imported it.</summary>
public sealed class EngineFixture : IDisposable
{
    private readonly string work = Path.Combine(Path.GetTempPath(), $"patchops-engine-{Environment.ProcessId}");

    public EngineFixture()
    {
        ModulePath = Path.Combine(work, "PatchOps");
        var lib = Path.Combine(ModulePath, "lib");
        var source = Path.Combine(SharedData.Repository, "src");
        Copy(Path.Combine(source, "PatchOps.Module", "bin", Metadata("Configuration")!, "net8.0"), lib);
        var loader = Path.Combine(source, "PatchOps.Loader", "bin", Metadata("Configuration")!, "net8.0");
        foreach (var file in new[] { "PatchOps.Loader.dll", "PatchOps.Domain.dll" })
        {
            File.Delete(Path.Combine(lib, file));
            File.Copy(Path.Combine(loader, file), Path.Combine(ModulePath, file));
        }
        Copy(Path.Combine(SharedData.Repository, "module"), ModulePath);
        File.Copy(Path.Combine(SharedData.Repository, "PatchOps.psd1"), Path.Combine(ModulePath, "PatchOps.psd1"));
    }

    public string ModulePath { get; }

    /// <summary>A store that nobody else uses and that does not exist yet.</summary>
    public string NewStore() => Path.Combine(work, $"{Guid.NewGuid():N}.db");

    /// <summary>A runspace with the module imported.</summary>
    public Runspace Open()
    {
        var state = InitialSessionState.CreateDefault2();
        if (OperatingSystem.IsWindows()) state.ExecutionPolicy = Microsoft.PowerShell.ExecutionPolicy.Bypass;
        var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        shell.AddCommand("Import-Module").AddParameter("Name", ModulePath).AddParameter("ErrorAction", "Stop").Invoke();
        return runspace;
    }

    public void Dispose() => Directory.Delete(work, recursive: true);

    private static string? Metadata(string key) =>
        typeof(EngineFixture).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(a => a.Key == key)?.Value;

    /// <summary>An installed PowerShell's assemblies stay where they are; this shows the runtime the way.</summary>
    [ModuleInitializer]
    internal static void ShowTheWay()
    {
        if (Metadata("PowerShellHome") is not { } home) return;
        // Beside the assemblies, or, where PowerShell was installed as a .NET tool, in a folder of their platform.
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += (_, name) =>
            new[] { home, Path.Combine(home, "runtimes", RuntimeInformation.RuntimeIdentifier, "native") }
                .SelectMany(folder => new[] { name, name + ".so", name + ".dylib", name + ".dll" }.Select(file => Path.Combine(folder, file)))
                .Where(File.Exists).Select(file => NativeLibrary.TryLoad(file, out var handle) ? handle : 0).FirstOrDefault(handle => handle != 0);
        AssemblyLoadContext.Default.Resolving += (context, name) =>
        {
            var path = Path.Combine(home, name.Name + ".dll");
            if (File.Exists(path)) return context.LoadFromAssemblyPath(path);
            var ofPlatform = Path.Combine(home, "runtimes", OperatingSystem.IsWindows() ? "win" : "unix", "lib");
            return Directory.Exists(ofPlatform) && Directory.EnumerateFiles(ofPlatform, name.Name + ".dll", SearchOption.AllDirectories).FirstOrDefault() is { } found
                ? context.LoadFromAssemblyPath(found) : null;
        };
        PlatformLibraries(home);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void PlatformLibraries(string home)
    {
        PowerShellAssemblyLoadContextInitializer.SetPowerShellAssemblyLoadContext(home);
        Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }
}
#endif
