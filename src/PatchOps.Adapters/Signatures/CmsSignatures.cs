using System.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Signatures;

/// <summary>Detached CMS signatures (RFC 5652) over UTF-8 text, such as <c>openssl cms -sign -binary -outform DER</c> makes.</summary>
/// <remarks>Trust comes from the fingerprints that are asked for and from nothing else: the machine's own roots do not count by themselves. Revocation is not asked.</remarks>
internal sealed class CmsSignatures(TimeProvider clock) : IApprovalSignatures
{
    private const int MaxBytes = 1024 * 1024;

    private static readonly Dictionary<string, string> Digests = new(StringComparer.Ordinal)
    {
        ["2.16.840.1.101.3.4.2.1"] = "SHA-256", ["2.16.840.1.101.3.4.2.2"] = "SHA-384", ["2.16.840.1.101.3.4.2.3"] = "SHA-512",
    };

    public StatementSignature Sign(string statement, string certificate, SecureString? password)
    {
        ArgumentNullException.ThrowIfNull(statement);
        var (own, others) = SigningCertificates.Find(certificate, password);
        try
        {
            var signer = new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, own)
            {
                DigestAlgorithm = new Oid("2.16.840.1.101.3.4.2.1"), IncludeOption = X509IncludeOption.EndCertOnly,
            };
            signer.SignedAttributes.Add(new Pkcs9SigningTime(clock.GetUtcNow().UtcDateTime));
            // The whole chain goes along, so that whoever verifies needs the root's fingerprint only.
            foreach (var other in ChainOf(own, others).Where(c => c.Thumbprint != own.Thumbprint).DistinctBy(c => c.Thumbprint)) signer.Certificates.Add(other);
            var cms = new SignedCms(new ContentInfo(Encoding.UTF8.GetBytes(statement)), detached: true);
            cms.ComputeSignature(signer, silent: true);
            return new StatementSignature(cms.Encode(), own.Subject, FingerprintOf(own));
        }
        catch (CryptographicException e)
        {
            throw new FailureException("CertificateUnusable", FailureKind.InvalidInput, $"The certificate '{own.Subject}' cannot sign: {e.Message}", certificate, "Give -Certificate a certificate whose private key may sign.");
        }
    }

    public StatementSignature Read(string path)
    {
        if (!File.Exists(path)) throw new FailureException("PathNotFound", FailureKind.NotFound, $"The signature file '{path}' does not exist.", path, "Check -Signature.");
        if (new FileInfo(path).Length > MaxBytes) throw Unreadable(path, "it is larger than a signature can be");
        var bytes = File.ReadAllBytes(path);
        try
        {
            var text = Encoding.ASCII.GetString(bytes);
            if (text.StartsWith("-----BEGIN ", StringComparison.Ordinal) && PemEncoding.TryFind(text, out var pem)) bytes = Convert.FromBase64String(text[pem.Base64Data]);
            var cms = new SignedCms();
            cms.Decode(bytes);
            var signer = cms.SignerInfos.Count == 1 ? cms.SignerInfos[0].Certificate : null;
            return signer is null ? throw Unreadable(path, "it holds no single signer's certificate") : new StatementSignature(bytes, signer.Subject, FingerprintOf(signer));
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            throw Unreadable(path, e.Message.TrimEnd('.'));
        }
    }

    public SignatureVerdict Verify(string statement, byte[] cms, IReadOnlyList<string> trustedRoots, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(trustedRoots);
        var signed = new SignedCms(new ContentInfo(Encoding.UTF8.GetBytes(statement)), detached: true);
        X509Certificate2? signer;
        try
        {
            signed.Decode(cms);
            if (signed.SignerInfos.Count != 1) return new SignatureVerdict($"it has {signed.SignerInfos.Count} signatures; one is expected", null, null);
            var info = signed.SignerInfos[0];
            signer = info.Certificate;
            if (signer is null) return new SignatureVerdict("the signature does not hold its signer's certificate", null, null);
            if (!Digests.ContainsKey(info.DigestAlgorithm.Value ?? "")) return new SignatureVerdict($"the signature's digest {info.DigestAlgorithm.FriendlyName ?? info.DigestAlgorithm.Value} is not good enough; SHA-256 or better is", signer.Subject, FingerprintOf(signer));
            signed.CheckSignature(verifySignatureOnly: true);
        }
        catch (CryptographicException)
        {
            return new SignatureVerdict("the signature does not belong to this plan, role and decision, or was changed", null, null);
        }
        return new SignatureVerdict(Fault(signer, signed.Certificates, trustedRoots, at), signer.Subject, FingerprintOf(signer));
    }

    private static string? Fault(X509Certificate2 signer, X509Certificate2Collection carried, IReadOnlyList<string> trustedRoots, DateTimeOffset at)
    {
        if (signer.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is { } usage && (usage.KeyUsages & (X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.NonRepudiation)) == 0)
            return $"the certificate '{signer.Subject}' may not be used for signatures";
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = at.UtcDateTime;
        chain.ChainPolicy.ExtraStore.AddRange(carried);
        foreach (var root in carried.Concat(MachineRoots(trustedRoots)).Where(c => trustedRoots.Contains(FingerprintOf(c), StringComparer.OrdinalIgnoreCase))) chain.ChainPolicy.CustomTrustStore.Add(root);
        if (chain.ChainPolicy.CustomTrustStore.Count == 0) return $"no root certificate that policy trusts stands behind '{signer.Subject}', or the signature does not carry it along";
        if (chain.Build(signer)) return null;
        var reasons = chain.ChainStatus.Select(s => s.Status switch
        {
            X509ChainStatusFlags.NotTimeValid => FormattableString.Invariant($"a certificate was not valid at {at.UtcDateTime:yyyy-MM-dd HH:mm}Z"),
            X509ChainStatusFlags.PartialChain or X509ChainStatusFlags.UntrustedRoot => "its chain does not end at a root that policy trusts",
            _ => s.StatusInformation.Trim().TrimEnd('.'),
        }).Distinct(StringComparer.Ordinal);
        return $"the certificate '{signer.Subject}' does not count: {string.Join("; ", reasons)}";
    }

    /// <summary>Roots that the machine knows are used as certificates where a fingerprint names them; that the machine trusts them says nothing here.</summary>
    private static List<X509Certificate2> MachineRoots(IReadOnlyList<string> wanted)
    {
        var found = new List<X509Certificate2>();
        foreach (var location in new[] { StoreLocation.CurrentUser, StoreLocation.LocalMachine })
        {
            try
            {
                using var store = new X509Store(StoreName.Root, location, OpenFlags.ReadOnly);
                found.AddRange(store.Certificates.Where(c => wanted.Contains(FingerprintOf(c), StringComparer.OrdinalIgnoreCase)));
            }
            catch (CryptographicException)
            {
                // No such store on this platform.
            }
        }
        return found;
    }

    private static IEnumerable<X509Certificate2> ChainOf(X509Certificate2 own, X509Certificate2Collection others)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.AllFlags;
        chain.ChainPolicy.ExtraStore.AddRange(others);
        chain.Build(own);
        return [.. chain.ChainElements.Select(e => e.Certificate), .. others];
    }

    internal static string FingerprintOf(X509Certificate2 certificate) => Convert.ToHexString(certificate.GetCertHash(HashAlgorithmName.SHA256)).ToLowerInvariant();

    private static FailureException Unreadable(string path, string reason) =>
        new("SignatureUnreadable", FailureKind.InvalidInput, $"'{path}' is no CMS signature: {reason}.", path, "Make it with openssl cms -sign -binary -outform DER, over the sentence that Approve-PatchPlan names.");
}
