using PatchOps.Domain;

namespace PatchOps.Core.Seams;

/// <summary>A signature over a statement, with whose it is.</summary>
/// <param name="Cms">Detached CMS signature (RFC 5652, DER).</param>
/// <param name="Subject">Distinguished name of the signer's certificate.</param>
/// <param name="Fingerprint">SHA-256 of that certificate, lower-case hexadecimal.</param>
public sealed record StatementSignature(byte[] Cms, string Subject, string Fingerprint);

/// <summary>Whether a signature counts.</summary>
/// <param name="Fault">Why it does not; null where it does.</param>
/// <param name="Subject">Signer, where one can be told.</param>
/// <param name="Fingerprint">SHA-256 of the signer's certificate, where one can be told.</param>
public sealed record SignatureVerdict(string? Fault, string? Subject, string? Fingerprint);

/// <summary>Signs statements with certificates, and verifies such signatures.</summary>
public interface IApprovalSignatures
{
    /// <param name="statement">What is signed.</param>
    /// <param name="certificate">File (PEM with key, or PKCS #12), or thumbprint of a certificate in the user's store.</param>
    /// <param name="password">Of the file; null where it has none.</param>
    /// <exception cref="FailureException"><c>CertificateNotFound</c>, <c>CertificateUnusable</c>.</exception>
    StatementSignature Sign(string statement, string certificate, System.Security.SecureString? password);

    /// <summary>A signature made elsewhere.</summary>
    /// <exception cref="FailureException"><c>PathNotFound</c>, <c>SignatureUnreadable</c>.</exception>
    StatementSignature Read(string path);

    /// <summary>Checks signature, statement, chain up to one of the roots, usage and validity.</summary>
    /// <param name="statement">What must have been signed.</param>
    /// <param name="cms">Detached CMS signature.</param>
    /// <param name="trustedRoots">SHA-256 fingerprints; empty: no root is trusted, so nothing counts.</param>
    /// <param name="at">When it was signed; certificates must have been valid then.</param>
    SignatureVerdict Verify(string statement, byte[] cms, IReadOnlyList<string> trustedRoots, DateTimeOffset at);
}
