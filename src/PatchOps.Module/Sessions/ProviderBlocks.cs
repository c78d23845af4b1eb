using System.Globalization;
using System.Management.Automation;
using System.Security.Cryptography;
using System.Text;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Module.Sessions;

/// <summary>A provider's script blocks. They see <c>$Computer</c>, <c>$Name</c>, <c>$Asset</c> and <c>$Changes</c> (each with Package, From, To), and nothing of the session.</summary>
internal sealed class ProviderBlocks : IProviderBlocks
{
    private readonly Dictionary<string, string> texts;

    public ProviderBlocks(IReadOnlyDictionary<string, object> blocks)
    {
        // As text: a block belongs to the runspace that made it, and must not be run in another.
        texts = blocks.ToDictionary(b => b.Key, b => (b.Value is PSObject wrapped ? wrapped.BaseObject : b.Value).ToString() ?? "", StringComparer.Ordinal);
        Hash = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', texts.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => t.Key + "\0" + t.Value))))).ToLowerInvariant();
    }

    public string Hash { get; }

    public bool Has(string verb) => texts.ContainsKey(verb);

    public async Task<BlockAnswer> InvokeAsync(string verb, Asset asset, IReadOnlyList<PackageChange> changes, TimeSpan deadline, CancellationToken cancellationToken)
    {
        var variables = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["Computer"] = asset.Address ?? asset.Name, ["Name"] = asset.Name, ["Asset"] = asset,
            ["Changes"] = changes.Select(c => Change(c)).ToArray(), ["ErrorActionPreference"] = "Stop",
        };
        var outcome = await BlockRunner.RunAsync(texts[verb], variables, deadline, cancellationToken).ConfigureAwait(false);
        var output = string.Join('\n', outcome.Output.Select(Line));
        if (outcome.Error is not { } error) return new BlockAnswer(true, output, null);
        var (code, kind) = outcome.Ended ? ("ProviderThrew", FailureKind.Failed) : ("ProviderTimedOut", FailureKind.Timeout);
        return new BlockAnswer(outcome.Ended, output, new Failure(code, kind, $"{verb} for host '{asset.Name}': {error}", asset.Name, "Correct the script block, register it again, then run Invoke-PatchWave -RetryFailed."));
    }

    private static PSObject Change(PackageChange change)
    {
        var made = new PSObject();
        foreach (var (name, value) in new[] { ("Patch", change.Patch), ("Package", change.Package), ("From", change.FromVersion ?? ""), ("To", change.ToVersion) }) made.Properties.Add(new PSNoteProperty(name, value));
        return made;
    }

    /// <summary>Objects become the protocol's lines by the properties that they have; text stays as it is.</summary>
    private static string Line(PSObject? item)
    {
        if (item?.BaseObject is System.Collections.IDictionary map)
        {
            var made = new PSObject();
            foreach (System.Collections.DictionaryEntry entry in map) made.Properties.Add(new PSNoteProperty(entry.Key.ToString(), entry.Value));
            item = made;
        }
        string? Get(string name) => item?.Properties[name] is { } property ? property.Value?.ToString() ?? "" : null;
        string Join(params string?[] fields) => string.Join('\t', fields.Select(f => (f ?? "").Replace('\t', ' ').Replace('\n', ' ')));
        if (item is null || item.BaseObject is string) return item?.ToString(null, CultureInfo.InvariantCulture) ?? "";
        if (Get("Refused") is { } code) return Join("refused", code, Get("Message"));
        if (Get("Check") is { } check) return Join("check", check, Get("Status"), Get("Detail"));
        if (Get("Package") is { } package)
        {
            return Get("Candidate") is { } candidate
                ? Join("update", package, Get("Installed"), candidate, Get("Security") is "True" ? "security" : "", Get("Title"))
                : Get("Version") is { } version ? Join("package", package, version, Get("Broken")) : item.ToString(null, CultureInfo.InvariantCulture);
        }
        if (Get("Restart") is { } reason) return Join("restart", reason);
        return Get("BootId") is { } boot ? Join("boot", boot) : item.ToString(null, CultureInfo.InvariantCulture);
    }
}
