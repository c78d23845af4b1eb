namespace PatchOps.Domain.Facts;

/// <summary>A feed that can be downloaded.</summary>
public enum FeedName
{
    /// <summary>CISA's catalogue of known exploited vulnerabilities.</summary>
    Kev,

    /// <summary>FIRST's EPSS scores, day by day.</summary>
    Epss,

    /// <summary>NVD's CVE API 2.0, by pages and by what was modified.</summary>
    Nvd,

    /// <summary>OSV's archives, one for each ecosystem.</summary>
    Osv,

    /// <summary>A CSAF provider, by its provider-metadata.json.</summary>
    Csaf,

    /// <summary>Microsoft's monthly security updates (CVRF).</summary>
    Msrc,

    /// <summary>The Debian security tracker.</summary>
    DebianTracker,
}
