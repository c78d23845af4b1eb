using PatchOps.Adapters.Tests.Composition;
using System.Diagnostics;
using System.Security;
using PatchOps.Adapters.Signatures;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Plans;

public sealed class CmsSignatureTests : IDisposable
{
    private const string Statement = "Approve plan 00ff as ChangeManager";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("patchops-cms-");
    private readonly TestCertificates authority = new();
    private readonly CmsSignatures signatures = new(NoonClock.Shared);

    public void Dispose()
    {
        authority.Dispose();
        folder.Delete(recursive: true);
    }

    private string At(string name) => Path.Combine(folder.FullName, name);

    [Fact]
    public void A_signature_counts_for_its_statement_and_under_its_root_only()
    {
        var signed = signatures.Sign(Statement, authority.Issue(At("bob.pem"), "CN=Bob, O=Acme"), null);
        Assert.Equal("CN=Bob, O=Acme", signed.Subject);
        var good = signatures.Verify(Statement, signed.Cms, [authority.Fingerprint], NoonClock.Now);
        Assert.Null(good.Fault);
        Assert.Equal(signed.Fingerprint, good.Fingerprint);

        Assert.Contains("does not belong", signatures.Verify("Approve plan 00fe as ChangeManager", signed.Cms, [authority.Fingerprint], NoonClock.Now).Fault);
        using var other = new TestCertificates("CN=Other");
        Assert.Contains("no root certificate", signatures.Verify(Statement, signed.Cms, [other.Fingerprint], NoonClock.Now).Fault);
        Assert.Contains("no root certificate", signatures.Verify(Statement, signed.Cms, [], NoonClock.Now).Fault);
        var changed = signed.Cms.ToArray();
        changed[^5] ^= 1;
        Assert.NotNull(signatures.Verify(Statement, changed, [authority.Fingerprint], NoonClock.Now).Fault);
        Assert.NotNull(signatures.Verify(Statement, [1, 2, 3], [authority.Fingerprint], NoonClock.Now).Fault);
    }

    [Fact]
    public void A_self_made_certificate_of_the_same_name_does_not_count()
    {
        using var impostor = new TestCertificates();
        var signed = signatures.Sign(Statement, impostor.Issue(At("bob.pem"), "CN=Bob, O=Acme"), null);
        Assert.NotNull(signatures.Verify(Statement, signed.Cms, [authority.Fingerprint], NoonClock.Now).Fault);
    }

    [Fact]
    public void Validity_is_asked_for_the_time_of_the_decision()
    {
        var signed = signatures.Sign(Statement, authority.Issue(At("old.pem"), "CN=Bob", fromDays: -30, toDays: -1), null);
        Assert.Contains("was not valid at", signatures.Verify(Statement, signed.Cms, [authority.Fingerprint], NoonClock.Now).Fault);
        Assert.Null(signatures.Verify(Statement, signed.Cms, [authority.Fingerprint], NoonClock.Now.AddDays(-10)).Fault);
        var early = signatures.Sign(Statement, authority.Issue(At("new.pem"), "CN=Bob", fromDays: 1), null);
        Assert.Contains("was not valid at", signatures.Verify(Statement, early.Cms, [authority.Fingerprint], NoonClock.Now).Fault);
    }

    [Fact]
    public void A_certificate_for_another_use_does_not_count()
    {
        var signed = signatures.Sign(Statement, authority.Issue(At("tls.pem"), "CN=Bob", usage: System.Security.Cryptography.X509Certificates.X509KeyUsageFlags.KeyEncipherment), null);
        Assert.Contains("may not be used for signatures", signatures.Verify(Statement, signed.Cms, [authority.Fingerprint], NoonClock.Now).Fault);
    }

    [Fact]
    public void The_root_may_sign_for_nobody_who_is_not_under_it()
    {
        // Bob's certificate was issued by the impostor, and the trusted root is only carried along.
        using var impostor = new TestCertificates();
        var file = impostor.Issue(At("bob.pem"), "CN=Bob", withRoot: false);
        File.AppendAllText(file, authority.Root.ExportCertificatePem() + "\n");
        var signed = signatures.Sign(Statement, file, null);
        Assert.NotNull(signatures.Verify(Statement, signed.Cms, [authority.Fingerprint], NoonClock.Now).Fault);
    }

    [Fact]
    public void Files_with_a_password_need_it()
    {
        using var right = Secure("s3cret");
        using var wrong = Secure("wr0ng-0ne");
        foreach (var file in new[] { authority.Issue(At("bob.pem"), "CN=Bob", password: "s3cret"), TestCertificates.ToPkcs12(authority.Issue(At("plain.pem"), "CN=Bob"), At("bob.pfx"), "s3cret") })
        {
            Assert.Null(signatures.Verify(Statement, signatures.Sign(Statement, file, right).Cms, [authority.Fingerprint], NoonClock.Now).Fault);
            foreach (var password in new[] { wrong, null })
            {
                var failure = Assert.Throws<FailureException>(() => signatures.Sign(Statement, file, password)).Failure;
                Assert.Equal("CertificateUnusable", failure.Code);
                Assert.DoesNotContain("wr0ng-0ne", failure.ToString());
            }
        }
    }

    [Fact]
    public void What_cannot_sign_says_so()
    {
        Assert.Equal("CertificateNotFound", Assert.Throws<FailureException>(() => signatures.Sign(Statement, At("none.pem"), null)).Failure.Code);
        File.WriteAllText(At("root.pem"), authority.Root.ExportCertificatePem());
        Assert.Equal("CertificateUnusable", Assert.Throws<FailureException>(() => signatures.Sign(Statement, At("root.pem"), null)).Failure.Code);
        File.WriteAllText(At("text.p7s"), "hello");
        Assert.Equal("SignatureUnreadable", Assert.Throws<FailureException>(() => signatures.Read(At("text.p7s"))).Failure.Code);
        Assert.Equal("PathNotFound", Assert.Throws<FailureException>(() => signatures.Read(At("none.p7s"))).Failure.Code);
    }

    /// <summary>What we sign, openssl verifies; what openssl signs, we verify.</summary>
    [SkippableFact]
    public void Openssl_and_we_understand_each_other()
    {
        Skip.IfNot(OpenSsl("version").Code == 0, "openssl is not installed");
        var bob = authority.Issue(At("bob.pem"), "CN=Bob");
        File.WriteAllText(At("root.pem"), authority.Root.ExportCertificatePem());
        File.WriteAllText(At("statement"), Statement);
        File.WriteAllBytes(At("ours.p7s"), signatures.Sign(Statement, bob, null).Cms);
        var verified = OpenSsl("cms", "-verify", "-binary", "-inform", "DER", "-in", At("ours.p7s"), "-content", At("statement"), "-CAfile", At("root.pem"), "-purpose", "any", "-out", At("out"));
        Assert.True(verified.Code == 0, verified.Error);

        foreach (var form in new[] { "DER", "PEM" })
        {
            var made = OpenSsl("cms", "-sign", "-binary", "-in", At("statement"), "-signer", bob, "-inkey", bob, "-certfile", At("root.pem"), "-outform", form, "-out", At("theirs.p7s"));
            Assert.True(made.Code == 0, made.Error);
            Assert.Null(signatures.Verify(Statement, signatures.Read(At("theirs.p7s")).Cms, [authority.Fingerprint], NoonClock.Now).Fault);
        }
    }

    private static (int Code, string Error) OpenSsl(params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo("openssl") { RedirectStandardError = true, RedirectStandardOutput = true };
            foreach (var argument in arguments) start.ArgumentList.Add(argument);
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEnd();
            process.WaitForExit(20_000);
            return (process.ExitCode, error);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (-1, e.Message);
        }
    }

    private static SecureString Secure(string text)
    {
        var secure = new SecureString();
        foreach (var c in text) secure.AppendChar(c);
        return secure;
    }
}
