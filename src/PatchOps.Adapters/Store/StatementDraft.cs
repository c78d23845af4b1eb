using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Store;

/// <summary>What one source says of one vulnerability, in the form in which it is stored: made while earlier ones are being written.</summary>
internal sealed record StatementDraft(VulnerabilityRecord Record, string Source, string Key, string Doc, List<byte[]> Affected, byte[] Hash)
{
    public static StatementDraft Of(VulnerabilityRecord record, string source, string key)
    {
        var doc = Encoding.Write(record with { Affected = [], Cpe = null });
        var affected = record.Affected.Select(AffectedEncoding.Write).ToList();
        return new StatementDraft(record, source, key, doc, affected, HashOf(doc, affected, record.Cpe));
    }

    /// <summary>Half of a SHA-256 over everything that is stored; equal content has equal hashes.</summary>
    public static byte[] HashOf(string doc, List<byte[]> affected, CpeTree? tree)
    {
        var bytes = new ArrayBufferWriter<byte>(doc.Length + 1024);
        Add(bytes, doc);
        foreach (var item in affected) bytes.Write(item);
        if (tree is not null)
        {
            Add(bytes, tree.Shape);
            foreach (var match in tree.Matches)
            {
                var head = bytes.GetSpan(5);
                BinaryPrimitives.WriteInt32LittleEndian(head, match.Node);
                head[4] = (byte)((match.Vulnerable ? 1 : 0) | (match.FromIncluded ? 2 : 0) | (match.ToIncluded ? 4 : 0));
                bytes.Advance(5);
                Add(bytes, match.Criteria);
                Add(bytes, match.From);
                Add(bytes, match.To);
            }
        }
        return SHA256.HashData(bytes.WrittenSpan)[..16];
    }

    /// <summary>A text with an end that no text contains, and null unlike the empty text.</summary>
    private static void Add(ArrayBufferWriter<byte> bytes, string? text)
    {
        if (text is not null) System.Text.EncodingExtensions.GetBytes(System.Text.Encoding.UTF8, text.AsSpan(), bytes);
        bytes.Write([(byte)(text is null ? 0xFE : 0xFF)]);
    }
}
