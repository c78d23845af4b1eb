using PatchOps.Domain;

namespace PatchOps.Adapters.Composition;

/// <summary>Which store is meant: named, from the environment, or one file in the user's data folder.</summary>
public static class StoreLocation
{
    public const string EnvironmentVariable = "PATCHOPS_STORE";

    /// <summary>Full path of the facts file; the runs file stands beside it.</summary>
    public static string Resolve(string? named)
    {
        var chosen = named;
        if (string.IsNullOrWhiteSpace(chosen)) chosen = Environment.GetEnvironmentVariable(EnvironmentVariable);
        if (!string.IsNullOrWhiteSpace(chosen))
        {
            if (chosen.Contains("Host=", StringComparison.OrdinalIgnoreCase) && chosen.Contains(';', StringComparison.Ordinal))
                throw new FailureException("StoreEngineUnsupported", FailureKind.InvalidInput, "PostgreSQL stores are not supported yet.", null, "Name a file with -Store.");
            return Path.GetFullPath(chosen);
        }
        var data = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        if (string.IsNullOrEmpty(data)) data = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".local", "share");
        return Path.Combine(data, "PatchOps", "patchops.db");
    }

    /// <summary>Folder of documents that are being downloaded for a store.</summary>
    public static string Downloads(string facts) => Path.ChangeExtension(facts, null) + ".downloads";

    /// <summary>Journal, leases and audit of a store.</summary>
    public static string Runs(string facts) => Path.ChangeExtension(facts, null) + ".runs.db";
}
