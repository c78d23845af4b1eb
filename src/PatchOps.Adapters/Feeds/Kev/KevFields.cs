using System.Text;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Feeds.Kev;

/// <summary>The columns of one KEV entry, the same in JSON and CSV.</summary>
internal struct KevFields
{
    public const int Cwes = 10;

    private static readonly string[] Names =
    [
        "cveID", "vendorProject", "product", "vulnerabilityName", "dateAdded", "shortDescription", "requiredAction", "dueDate",
        "knownRansomwareCampaignUse", "notes", "cwes",
    ];

    private static readonly byte[][] Utf8Names = [.. Names.Select(Encoding.UTF8.GetBytes)];

    private readonly string?[] _values = new string?[Names.Length];

    public KevFields()
    {
    }

    public readonly string? this[int index]
    {
        get => _values[index];
        set => _values[index] = value;
    }

    public static string Name(int index) => Names[index];

    public static int IndexOf(ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < Utf8Names.Length; i++)
        {
            if (name.SequenceEqual(Utf8Names[i])) return i;
        }
        return -1;
    }

    /// <exception cref="RecordException">A needed field is missing or wrong.</exception>
    public readonly KevRecord ToRecord()
    {
        if (!CveIds.IsValid(_values[0])) throw new RecordException(_values[0] is null ? "cveID is missing" : $"'{_values[0]}' is not a CVE id");
        var added = FeedDates.ParseDay(_values[4]) ?? throw new RecordException("dateAdded is missing");
        return new KevRecord(_values[0]!)
        {
            Vendor = _values[1] ?? "",
            Product = _values[2] ?? "",
            Name = _values[3] ?? "",
            Added = added,
            Description = _values[5] ?? "",
            RequiredAction = _values[6] ?? "",
            Due = FeedDates.ParseDay(_values[7]),
            Ransomware = string.Equals(_values[8]?.Trim(), "Known", StringComparison.OrdinalIgnoreCase),
            Notes = _values[9] ?? "",
            Cwes = (_values[Cwes] ?? "").Replace(" ", "", StringComparison.Ordinal),
            AsOf = new DateTimeOffset(added, TimeOnly.MinValue, TimeSpan.Zero),
        };
    }
}
