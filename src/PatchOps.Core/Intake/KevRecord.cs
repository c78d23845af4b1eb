namespace PatchOps.Core.Intake;

/// <summary>One entry of CISA's catalogue of known exploited vulnerabilities.</summary>
public sealed record KevRecord : FeedRecord
{
    public KevRecord(string cve) : base("kev", cve)
    {
    }

    public string Cve => Key;

    public string Vendor { get; init; } = "";

    public string Product { get; init; } = "";

    public string Name { get; init; } = "";

    public string Description { get; init; } = "";

    public string RequiredAction { get; init; } = "";

    public DateOnly Added { get; init; }

    public DateOnly? Due { get; init; }

    /// <summary>True where the catalogue says Known; false where it says Unknown.</summary>
    public bool Ransomware { get; init; }

    /// <summary>Day of the first document that carried the mark of ransomware use: KEV itself does not date it. Null without the mark.</summary>
    public DateOnly? RansomwareSeen { get; init; }

    public string Notes { get; init; } = "";

    /// <summary>CWEs as published, joined by commas.</summary>
    public string Cwes { get; init; } = "";
}
