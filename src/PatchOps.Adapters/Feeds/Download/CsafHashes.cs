using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using PatchOps.Adapters.Feeds.Input;
using PatchOps.Core.Intake;
using PatchOps.Domain;

namespace PatchOps.Adapters.Feeds.Download;

/// <summary>Holds documents against the hashes that their provider publishes beside them. Signatures (<c>.asc</c>) are not checked.</summary>
/// <remarks>OASIS CSAF 2.0, section 7.1.18: SHA-256 or SHA-512, the hash in hexadecimal first in the file, the document's name behind it.</remarks>
internal sealed class CsafHashes(DownloadDesk desk)
{
    private readonly HashSet<string> absent = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Where the hashes of a document in a directory stand, if there are any.</summary>
    public static IReadOnlyList<Uri> Beside(Uri document) => [new(document.AbsoluteUri + ".sha256"), new(document.AbsoluteUri + ".sha512")];

    /// <returns>Null where the document is what its provider published, or no hash is published.</returns>
    public async Task<Failure?> CheckAsync(ListedDocument document, string path, CancellationToken cancellationToken)
    {
        foreach (var address in document.Hashes)
        {
            var ending = Path.GetExtension(address.AbsolutePath);
            if (absent.Contains(ending)) continue;
            string? stated;
            try
            {
                using var got = await desk.GetAsync(address, null, cancellationToken).ConfigureAwait(false);
                stated = Stated(got.Path!);
            }
            catch (FailureException e) when (e.Failure.Code == "FeedNotFound")
            {
                // Not asked for again: a provider has this kind of hash for all its documents, or for none.
                absent.Add(ending);
                continue;
            }
            // Something else than a hash says nothing about the document.
            if (stated is null) continue;
            var actual = await ActualAsync(document.Address, path, stated.Length == 64 ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA512, cancellationToken).ConfigureAwait(false);
            return actual == stated ? null : new Failure("HashMismatch", FailureKind.Corrupt,
                $"'{document.Address}' is not what its provider published: its hash is {actual[..16]}…, '{address}' says {stated[..16]}…; it was not imported.", document.Address.AbsoluteUri,
                "Repeat Update-PatchFeed -Since a day before; if the hash still differs, ask the provider, or check the document and take it in with Import-PatchFeed.");
        }
        return null;
    }

    /// <summary>The first word where it is a hash.</summary>
    private static string? Stated(string path)
    {
        using var file = FeedContent.Open(path, FeedLimits.Default);
        var bytes = new byte[4096];
        var word = Encoding.ASCII.GetString(bytes, 0, file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false)).Split([' ', '\t', '\r', '\n', '*'], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault();
        return word is { Length: 64 or 128 } && word.All(char.IsAsciiHexDigit) ? word.ToUpperInvariant() : null;
    }

    /// <summary>Of the document as published: compression that was only agreed on for the way is taken off.</summary>
    private static async Task<string> ActualAsync(Uri address, string path, HashAlgorithmName algorithm, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        var magic = new byte[2];
        var packed = await file.ReadAtLeastAsync(magic, 2, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false) == 2 && magic is [0x1F, 0x8B];
        file.Position = 0;
        Stream content = packed && !address.AbsolutePath.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
            ? new BoundedStream(new GZipStream(file, CompressionMode.Decompress), () => file.Position, FeedLimits.Default, address.AbsoluteUri) : file;
        await using (content)
        {
            using var hash = IncrementalHash.CreateHash(algorithm);
            var buffer = new byte[64 << 10];
            for (int read; (read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0;) hash.AppendData(buffer, 0, read);
            return Convert.ToHexString(hash.GetHashAndReset());
        }
    }
}
