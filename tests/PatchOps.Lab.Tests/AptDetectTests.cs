using PatchOps.Adapters.Providers.Apt;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Lab.Tests;

/// <summary>Apt's answers in the shapes that the lab's own archive cannot bring about.</summary>
public sealed class AptDetectTests
{
    private const string Recorded = """
        == packages
        base-thing 1.0 install ok
        phased-thing 2.0-1 install ok
        kept-thing:amd64 3:1.0-1 install ok
        held-thing 1.0 hold ok
        pinned-thing 1.0 install ok
        local-thing 9.9 install ok
        == simulation
        NOTE: This is only a simulation!
        The following upgrades have been deferred due to phasing:
          phased-thing
        The following packages have been kept back:
          held-thing kept-thing
        The following packages will be upgraded:
          base-thing
        1 upgraded, 1 newly installed, 0 to remove and 3 not upgraded.
        Inst new-thing (0.1-1 Debian:12.5/stable [amd64])
        Inst base-thing [1.0] (1.1+deb12u1 Debian-Security:12/stable-security, Debian:12.5/stable [amd64]) []
        Conf base-thing (1.1+deb12u1 Debian-Security:12/stable-security [amd64])
        == code 0
        == policy
        base-thing:
          Installed: 1.0
          Candidate: 1.1+deb12u1
          Version table:
             1.1+deb12u1 500
                500 http://security.debian.org/debian-security bookworm-security/main amd64 Packages
         *** 1.0 100
                100 /var/lib/dpkg/status
        phased-thing:
          Installed: 2.0-1
          Candidate: 2.0-1
          Version table:
             2.0-2 500 (phased 10%)
                500 http://archive.ubuntu.com/ubuntu jammy-updates/main amd64 Packages
         *** 2.0-1 500
                500 http://archive.ubuntu.com/ubuntu jammy/main amd64 Packages
                100 /var/lib/dpkg/status
        kept-thing:amd64:
          Installed: 3:1.0-1
          Candidate: 3:1.2-1
          Version table:
             3:1.2-1 500
                500 http://deb.debian.org/debian bookworm/main amd64 Packages
         *** 3:1.0-1 100
                100 /var/lib/dpkg/status
        held-thing:
          Installed: 1.0
          Candidate: 1.5
          Version table:
             1.5 500
                500 http://deb.debian.org/debian bookworm/main amd64 Packages
         *** 1.0 100
                100 /var/lib/dpkg/status
        pinned-thing:
          Installed: 1.0
          Candidate: 1.0
          Package pin: 1.0
          Version table:
             2.0 -1
                500 http://deb.debian.org/debian bookworm/main amd64 Packages
         *** 1.0 1001
                100 /var/lib/dpkg/status
        local-thing:
          Installed: 9.9
          Candidate: 9.9
          Version table:
         *** 9.9 100
                100 /var/lib/dpkg/status
             1.0 500
                500 http://deb.debian.org/debian bookworm/main amd64 Packages
        """;

    [Fact]
    public void Every_reason_for_holding_back_is_told()
    {
        var report = AptDetect.Parse(Recorded, "W: lists are old\n", "h");
        Assert.Null(report.Failure);
        Assert.Equal(["W: lists are old"], report.Warnings.ToArray());
        Assert.Equal(
            [
                ("base-thing", "1.0", "1.1+deb12u1", HoldBack.None, true),
                ("held-thing", "1.0", "1.5", HoldBack.Held, false),
                ("kept-thing:amd64", "3:1.0-1", "3:1.2-1", HoldBack.Dependency, false),
                ("new-thing", null, "0.1-1", HoldBack.None, false),
                ("phased-thing", "2.0-1", "2.0-2", HoldBack.Phased, false),
                ("pinned-thing", "1.0", "2.0", HoldBack.Pinned, false),
            ],
            report.Updates.OrderBy(u => u.Package, StringComparer.Ordinal)
                .Select(u => (u.Package, u.InstalledVersion, u.CandidateVersion, u.HoldBack, u.Security)).ToArray());
    }

    [Fact]
    public void An_answer_that_is_none_is_a_failure_and_no_empty_list_of_updates()
    {
        Assert.Equal("HostNotRead", AptDetect.Parse("welcome to the host\n", "", "h").Failure!.Code);
        var broken = AptDetect.Parse("== packages\n== simulation\n== code 100\n== policy\n", "E: Unmet dependencies.\n", "h");
        Assert.Equal(("SimulationFailed", FailureKind.Failed), (broken.Failure!.Code, broken.Failure.Kind));
    }
}
