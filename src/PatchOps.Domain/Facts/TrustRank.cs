namespace PatchOps.Domain.Facts;

/// <summary>Who is believed when sources disagree about a package; the lower value wins.</summary>
/// <remarks>KEV and EPSS are facts of their own and carry <see cref="Unranked"/>.</remarks>
public enum TrustRank
{
    /// <summary>A vendor's VEX statement about its own product.</summary>
    VendorVex = 0,

    /// <summary>A vendor's or distribution's advisory: CSAF, OSV of that distribution, security tracker, repository.</summary>
    VendorAdvisory = 1,

    /// <summary>The CNA container of a CVE record.</summary>
    Cna = 2,

    /// <summary>CISA's ADP container of a CVE record.</summary>
    CisaAdp = 3,

    /// <summary>OSV of an ecosystem, GHSA.</summary>
    Ecosystem = 4,

    /// <summary>The National Vulnerability Database.</summary>
    Nvd = 5,

    /// <summary>Takes no part in the order.</summary>
    Unranked = 9,
}
