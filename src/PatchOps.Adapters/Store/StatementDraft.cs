using System.Buffers;
using System.Security.Cryptography;
using PatchOps.Core.Exposure.Cpe;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Store;

/// <summary>What one source says of one vulnerability, in the form in which it is stored: made while earlier ones are being written.</summary>
/// <param name="Record">The record.</param>
/// <param name="Source">Who says it.</param>
/// <param name="Key">Identity within the source.</param>
/// <param name="Doc">The record as JSON, without what stands in columns of its own: its date, packages and configurations.</param>
/// <param name="Affected">Statements about packages, in order.</param>
/// <param name="Tree">Configurations, or null.</param>
/// <param name="Products">Products that the configurations find at fault.</param>
/// <param name="Hash">Of all this; not of the date, which undated facts have from each new copy of their document.</param>
internal sealed record StatementDraft(VulnerabilityRecord Record, string Source, string Key, byte[] Doc, List<byte[]> Affected, byte[]? Tree, IReadOnlyList<string> Products, byte[] Hash)
{
    [ThreadStatic]
    private static ArrayBufferWriter<byte>? buffer;

    public static StatementDraft Of(VulnerabilityRecord record, string source, string key)
    {
        var doc = Encoding.Bytes(record with { Affected = [], Cpe = null, AsOf = default });
        var affected = record.Affected.Count == 0 ? [] : record.Affected.Select(AffectedEncoding.Write).ToList();
        byte[]? tree = null;
        if (record.Cpe is { } cpe)
        {
            var bytes = Buffer();
            CpeTreeEncoding.Write(bytes, cpe);
            tree = bytes.WrittenSpan.ToArray();
        }
        return new StatementDraft(record, source, key, doc, affected, tree, record.Cpe is null ? [] : ProductsOf(record.Cpe), HashOf(doc, affected, tree));
    }

    /// <summary>About how much memory it takes while it waits.</summary>
    public int Weight => 1024 + Doc.Length + (Tree?.Length ?? 0) + (Affected.Count * 256);

    /// <summary>Half of a SHA-256; equal content has equal hashes.</summary>
    public static byte[] HashOf(ReadOnlySpan<byte> doc, List<byte[]> affected, byte[]? tree)
    {
        var bytes = Buffer();
        bytes.Write(doc);
        // No text holds this byte: where one part ends is part of what is hashed.
        bytes.Write<byte>([0xFF]);
        foreach (var item in affected) bytes.Write<byte>(item);
        bytes.Write<byte>([0xFF]);
        bytes.Write<byte>(tree);
        return SHA256.HashData(bytes.WrittenSpan)[..16];
    }

    private static List<string> ProductsOf(CpeTree tree)
    {
        var products = new List<string>(1);
        ReadOnlySpan<char> last = default;
        foreach (var match in tree.Matches)
        {
            if (!match.Vulnerable || !CpeName.TryProduct(match.Criteria, out var product) || product.SequenceEqual(last)) continue;
            last = product;
            var text = product.ToString().ToLowerInvariant();
            if (!products.Contains(text, StringComparer.Ordinal)) products.Add(text);
        }
        return products;
    }

    private static ArrayBufferWriter<byte> Buffer()
    {
        if (buffer is null || buffer.Capacity > 1 << 20) buffer = new ArrayBufferWriter<byte>(8192);
        buffer.ResetWrittenCount();
        return buffer;
    }
}
