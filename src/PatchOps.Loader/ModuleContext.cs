using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace PatchOps.Loader;

/// <summary>Loads the module and everything it needs into a context of its own, so that other modules may use other versions of the same libraries.</summary>
public static class ModuleContext
{
    private static readonly object Gate = new();
    private static Assembly? loaded;
    private static string? loadedFrom;

    /// <summary>The module's assembly; loaded once a process.</summary>
    /// <param name="library">Folder that holds it with its dependencies.</param>
    /// <exception cref="InvalidOperationException">Another copy or version is already loaded: .NET cannot replace it.</exception>
    public static Assembly Load(string library)
    {
        lock (Gate)
        {
            var full = Path.GetFullPath(library);
            if (loaded is not null)
            {
                if (!string.Equals(full, loadedFrom, StringComparison.Ordinal))
                    throw new InvalidOperationException($"PatchOps was already loaded from '{loadedFrom}'. Start a new session to load it from '{full}'.");
                return loaded;
            }

            // Users' types live beside the loader, in the default context: other modules and scripts share them.
            var beside = Path.GetDirectoryName(typeof(ModuleContext).Assembly.Location)!;
            AssemblyLoadContext.Default.LoadFromAssemblyPath(Path.Combine(beside, "PatchOps.Domain.dll"));
            var entry = Path.Combine(full, "PatchOps.Module.dll");
            loaded = new Context(entry).LoadFromAssemblyPath(entry);
            loadedFrom = full;
            return loaded;
        }
    }

    private sealed class Context(string entry) : AssemblyLoadContext("PatchOps")
    {
        private readonly AssemblyDependencyResolver resolver = new(entry);
        private readonly string folder = Path.GetDirectoryName(entry)!;

        protected override Assembly? Load(AssemblyName name)
        {
            if (name.Name is "PatchOps.Domain" or "PatchOps.Loader" or "System.Management.Automation") return null;
            var path = resolver.ResolveAssemblyToPath(name) ?? Path.Combine(folder, name.Name + ".dll");
            return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
        }

        protected override nint LoadUnmanagedDll(string name)
        {
            var path = resolver.ResolveUnmanagedDllToPath(name);
            if (path is null)
            {
                var file = RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? name + ".dll" : RuntimeInformation.IsOSPlatform(OSPlatform.OSX) ? $"lib{name}.dylib" : $"lib{name}.so";
                path = Path.Combine(folder, "runtimes", RuntimeInformation.RuntimeIdentifier, "native", file);
            }
            return File.Exists(path) ? LoadUnmanagedDllFromPath(path) : 0;
        }
    }
}
