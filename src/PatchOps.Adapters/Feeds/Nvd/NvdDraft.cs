using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Nvd;

/// <summary>Fields of the record being read; one object serves the whole document.</summary>
internal sealed class NvdDraft
{
    private readonly List<string> _cwes = [];
    private readonly Dictionary<(string, string), string> _joined = [];

    public string? Id { get; set; }

    public DateTimeOffset? Published { get; set; }

    public DateTimeOffset? Modified { get; set; }

    public string? Status { get; set; }

    public bool Disputed { get; set; }

    public bool IsOverride { get; set; }

    public string? Description { get; set; }

    public DateTimeOffset? KevAdded { get; set; }

    public DateTimeOffset? KevDue { get; set; }

    public SsvcFact? Ssvc { get; set; }

    public List<CvssFact> Cvss { get; } = [];

    public List<Reference> References { get; } = [];

    public void Clear()
    {
        Id = Status = Description = null;
        Published = Modified = KevAdded = KevDue = null;
        Disputed = IsOverride = false;
        Ssvc = null;
        Cvss.Clear();
        References.Clear();
        _cwes.Clear();
    }

    public void AddCwe(string? value)
    {
        if (value is not null && value.StartsWith("CWE-", StringComparison.Ordinal) && !_cwes.Contains(value)) _cwes.Add(value);
    }

    /// <summary>Two tags joined; combinations repeat, so each is made once.</summary>
    public string Joined(string tags, string? tag)
    {
        if (tag is null) return tags;
        if (_joined.TryGetValue((tags, tag), out var known)) return known;
        if (_joined.Count > 10_000) _joined.Clear();
        return _joined[(tags, tag)] = tags + "," + tag;
    }

    /// <exception cref="RecordException">There is no usable id.</exception>
    public VulnerabilityRecord ToRecord(CpeTree? cpe, DateTimeOffset fallback)
    {
        if (!CveIds.IsValid(Id)) throw new RecordException(Id is null ? "the record has no id" : $"'{Id}' is not a CVE id");
        var status = StatusOf();
        return new VulnerabilityRecord(IsOverride ? "nvd-overrides" : "nvd", Id)
        {
            Trust = TrustRank.Nvd,
            Status = status,
            Published = Published,
            Modified = Modified,
            AsOf = Modified ?? Published ?? fallback,
            Description = Description,
            Cvss = Cvss.Count == 0 ? [] : Cvss.ToArray(),
            Cwes = _cwes.Count == 0 ? [] : _cwes.ToArray(),
            References = References.Count == 0 ? [] : References.ToArray(),
            // A rejected CVE stays known and affects nothing.
            Cpe = status == VulnerabilityStatus.Rejected ? null : cpe,
            Ssvc = Ssvc,
            Kev = KevAdded is { } added ? new KevDates(Day(added), KevDue is { } due ? Day(due) : null) : null,
        };
    }

    private static DateOnly Day(DateTimeOffset at) => DateOnly.FromDateTime(at.UtcDateTime);

    private VulnerabilityStatus StatusOf()
    {
        if (Status is "Rejected" || StartsWith("** REJECT") || StartsWith("Rejected reason:")) return VulnerabilityStatus.Rejected;
        if (Disputed || StartsWith("** DISPUTED")) return VulnerabilityStatus.Disputed;
        return VulnerabilityStatus.Published;
    }

    private bool StartsWith(string text) => Description is not null && Description.StartsWith(text, StringComparison.Ordinal);
}
