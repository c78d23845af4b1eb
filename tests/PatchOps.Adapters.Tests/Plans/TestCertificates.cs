using PatchOps.Adapters.Tests.Composition;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace PatchOps.Adapters.Tests.Plans;

/// <summary>A certificate authority of a test: a root and people under it.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly ECDsa rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestCertificates(string name = "CN=Test Root, O=Acme")
    {
        var request = new CertificateRequest(name, rootKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        Root = request.CreateSelfSigned(NoonClock.Now.AddYears(-2), NoonClock.Now.AddYears(5));
    }

    public X509Certificate2 Root { get; }

    public string Fingerprint => FingerprintOf(Root);

    public static string FingerprintOf(X509Certificate2 certificate) => Convert.ToHexString(certificate.GetCertHash(HashAlgorithmName.SHA256)).ToLowerInvariant();

    /// <summary>Writes a PEM file with certificate, key and root.</summary>
    public string Issue(string path, string subject, int fromDays = -1, int toDays = 365, X509KeyUsageFlags usage = X509KeyUsageFlags.DigitalSignature, bool withRoot = true, string? password = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(usage, true));
        using var certificate = request.Create(Root, NoonClock.Now.AddDays(fromDays), NoonClock.Now.AddDays(toDays), RandomNumberGenerator.GetBytes(8));
        var pem = password is null ? key.ExportPkcs8PrivateKeyPem() : key.ExportEncryptedPkcs8PrivateKeyPem(password, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));
        File.WriteAllText(path, certificate.ExportCertificatePem() + "\n" + (withRoot ? Root.ExportCertificatePem() + "\n" : "") + pem + "\n");
        return path;
    }

    /// <summary>The same person's certificate as a PKCS #12 file.</summary>
    public static string ToPkcs12(string pem, string path, string password)
    {
        var others = new X509Certificate2Collection();
        others.ImportFromPemFile(pem);
        using var own = X509Certificate2.CreateFromPemFile(pem, pem);
        others.RemoveAt(0);
        others.Add(own);
        File.WriteAllBytes(path, others.Export(X509ContentType.Pkcs12, password)!);
        return path;
    }

    public void Dispose()
    {
        Root.Dispose();
        rootKey.Dispose();
    }
}
