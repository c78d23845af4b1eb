using PatchOps.Adapters.Feeds.Input;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Core.Intake.Records;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Records;

/// <summary>Whatever lists assets or their packages: tables, dpkg status files, rpm lists, SBOMs; by content.</summary>
internal sealed class AssetFileReader(string? asset, string? ecosystem) : IRecordReader
{
    private const int LinesLookedAt = 10;

    private readonly TabularReader tables = new();

    public IEnumerable<RecordRow> Read(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path)) return tables.Read(path, cancellationToken);
        var owner = string.IsNullOrWhiteSpace(asset) ? null : asset.Trim();
        var release = string.IsNullOrWhiteSpace(ecosystem) ? null : ecosystem.Trim();
        var head = FeedContent.Head(path, FeedLimits.Default);
        var shape = JsonShape.Of(head);
        if (shape is not null && InventoryFileReader.Recognises(shape)) return InventoryFileReader.Read(path, cancellationToken);
        if (shape is { IsObject: true } && (SbomReader.IsCycloneDx(shape) || SbomReader.IsSpdx(shape)))
            return new SbomReader(owner, NameOf(path), release).Read(path, SbomReader.IsCycloneDx(shape), cancellationToken);
        // Not the first line alone: one damaged line must not make another kind of file of it.
        var lines = System.Text.Encoding.UTF8.GetString(head).Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0).Take(LinesLookedAt).ToList();
        if (lines.Any(DpkgStatusReader.Recognises)) return new DpkgStatusReader(owner ?? NameOf(path), release).Read(path, cancellationToken);
        if (lines.Any(RpmListReader.Recognises)) return new RpmListReader(owner ?? NameOf(path), release).Read(path, cancellationToken);
        return tables.Read(path, cancellationToken);
    }

    /// <summary>The file's name without endings that say how it is written.</summary>
    private static string NameOf(string path)
    {
        var name = Path.GetFileName(path);
        foreach (var ending in (string[])[".gz", ".xz", ".json", ".txt", ".list", ".status", ".cdx", ".spdx"])
            if (name.Length > ending.Length && name.EndsWith(ending, StringComparison.OrdinalIgnoreCase)) name = name[..^ending.Length];
        return name;
    }
}
