using System.Runtime.InteropServices;
using System.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using PatchOps.Domain;

namespace PatchOps.Adapters.Signatures;

/// <summary>Finds a certificate with its private key: in a PEM or PKCS #12 file, or in the user's own store.</summary>
internal static class SigningCertificates
{
    /// <summary>Where no password was given; for the command line and for runbooks.</summary>
    public const string PasswordVariable = "PATCHOPS_CERTIFICATE_PASSWORD";

    private const string Remedy = "Give -Certificate a PEM file with certificate and key, a PKCS #12 file (.pfx, .p12), or the thumbprint of a certificate in your own store.";

    /// <returns>The certificate that can sign, and others that came with it.</returns>
    public static (X509Certificate2 Own, X509Certificate2Collection Others) Find(string certificate, SecureString? password)
    {
        var secret = Text(password) ?? Environment.GetEnvironmentVariable(PasswordVariable);
        if (File.Exists(certificate)) return FromFile(certificate, secret);
        // PowerShell turns a thumbprint or Cert: path into a path; its last part is the thumbprint still.
        var name = certificate.Split('/', '\\')[^1].Replace(":", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal);
        if (name.Length is 40 or 64 && name.All(char.IsAsciiHexDigit) && FromStore(name) is { } found) return (found, []);
        throw new FailureException("CertificateNotFound", FailureKind.NotFound, $"No certificate '{certificate}' was found.", certificate, Remedy);
    }

    private static (X509Certificate2, X509Certificate2Collection) FromFile(string path, string? password)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            var text = Encoding.Latin1.GetString(bytes);
            return text.Contains("-----BEGIN ", StringComparison.Ordinal) ? FromPem(text, password, path) : FromPkcs12(bytes, password, path);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new FailureException("CertificateUnusable", FailureKind.InvalidInput, $"'{path}' cannot be used: {e.Message.TrimEnd('.')}.", path,
                password is null ? $"Give its password with -CertificatePassword or in ${PasswordVariable}, or another file." : "Check the password and the file.");
        }
    }

    private static (X509Certificate2, X509Certificate2Collection) FromPem(string text, string? password, string path)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(text);
        foreach (var certificate in all)
        {
            try
            {
                var own = text.Contains("BEGIN ENCRYPTED PRIVATE KEY", StringComparison.Ordinal)
                    ? X509Certificate2.CreateFromEncryptedPem(certificate.ExportCertificatePem(), text, password ?? throw new CryptographicException("its key is encrypted and no password was given"))
                    : X509Certificate2.CreateFromPem(certificate.ExportCertificatePem(), text);
                return (own, Without(all, own));
            }
            catch (ArgumentException)
            {
                // The key is not this certificate's.
            }
        }
        throw new FailureException("CertificateUnusable", FailureKind.InvalidInput, $"'{path}' holds no certificate with its private key.", path, Remedy);
    }

    private static (X509Certificate2, X509Certificate2Collection) FromPkcs12(byte[] bytes, string? password, string path)
    {
        var all = new X509Certificate2Collection();
        all.Import(bytes, password, OperatingSystem.IsMacOS() ? X509KeyStorageFlags.DefaultKeySet : X509KeyStorageFlags.EphemeralKeySet);
        var own = all.FirstOrDefault(c => c.HasPrivateKey)
            ?? throw new FailureException("CertificateUnusable", FailureKind.InvalidInput, $"'{path}' holds no certificate with its private key.", path, Remedy);
        return (own, Without(all, own));
    }

    private static X509Certificate2? FromStore(string thumbprint)
    {
        using var store = new X509Store(StoreName.My, StoreLocation.CurrentUser, OpenFlags.ReadOnly);
        return store.Certificates.FirstOrDefault(c => c.HasPrivateKey && (c.Thumbprint.Equals(thumbprint, StringComparison.OrdinalIgnoreCase) || CmsSignatures.FingerprintOf(c).Equals(thumbprint, StringComparison.OrdinalIgnoreCase)));
    }

    private static X509Certificate2Collection Without(X509Certificate2Collection all, X509Certificate2 own) => [.. all.Where(c => c.Thumbprint != own.Thumbprint)];

    private static string? Text(SecureString? password)
    {
        if (password is null) return null;
        var pointer = Marshal.SecureStringToGlobalAllocUnicode(password);
        try
        {
            return Marshal.PtrToStringUni(pointer);
        }
        finally
        {
            Marshal.ZeroFreeGlobalAllocUnicode(pointer);
        }
    }
}
