namespace PatchOps.Domain.Facts;

/// <summary>The format of a feed document.</summary>
public enum FeedKind
{
    /// <summary>Decided by content.</summary>
    Auto,

    /// <summary>NVD CVE API 2.0 pages, year files, single CVEs or JSON lines; NVD 1.1 year files.</summary>
    Nvd,

    /// <summary>CVE JSON 5.x records.</summary>
    CveRecord,

    /// <summary>CISA's catalogue of known exploited vulnerabilities, JSON or CSV. A snapshot.</summary>
    Kev,

    /// <summary>One day of FIRST's EPSS scores, CSV. A snapshot.</summary>
    Epss,

    /// <summary>CSAF 2.x: security advisory and VEX profiles.</summary>
    Csaf,

    /// <summary>OpenVEX documents.</summary>
    OpenVex,

    /// <summary>OSV 1.x records.</summary>
    Osv,

    /// <summary>CVRF, XML or MSRC's JSON.</summary>
    Cvrf,

    /// <summary>The Debian security tracker's JSON.</summary>
    DebianTracker,

    /// <summary>apt repository metadata: Packages and Release files.</summary>
    AptRepository,

    /// <summary>dnf repository metadata: repomd, primary and updateinfo.</summary>
    RpmRepository,
}
