namespace PatchOps.Core.Scoring.Cvss;

/// <summary>The versions that are scored.</summary>
public enum CvssVersion : byte { V20 = 1, V30, V31, V40 }

/// <summary>What a metric is about, in the order of a version's vector string.</summary>
internal enum CvssGroup : byte { Base, Threat, Environmental, Supplemental }

/// <summary>One metric: its name and its values. An optional metric's first value is always "not defined".</summary>
internal readonly record struct CvssMetric(string Name, CvssGroup Group, string[] Values)
{
    /// <summary>Stored code of a value: 0 is "not in the vector", 1 the first value.</summary>
    public int CodeOf(ReadOnlySpan<char> value)
    {
        for (var i = 0; i < Values.Length; i++)
        {
            if (value.SequenceEqual(Values[i])) return i + 1;
        }
        return 0;
    }

    /// <summary>True where a code says something that the score depends on.</summary>
    public bool Defines(int code) => Group == CvssGroup.Base ? code > 0 : code > 1;
}

/// <summary>
/// The metrics of each version in canonical order. Values run from the one that scores highest to the lowest, except that "not defined"
/// comes first; a modified metric repeats its base metric's values after "not defined". The scoring code relies on both.
/// Sources: CVSS v2.0 guide, tables 1–13; v3.0 and v3.1 specifications, table 15; v4.0 specification, table 23.
/// </summary>
internal static class CvssGrammar
{
    private static readonly CvssMetric[] Two =
    [
        new("AV", CvssGroup.Base, ["N", "A", "L"]),
        new("AC", CvssGroup.Base, ["L", "M", "H"]),
        new("Au", CvssGroup.Base, ["N", "S", "M"]),
        new("C", CvssGroup.Base, ["C", "P", "N"]),
        new("I", CvssGroup.Base, ["C", "P", "N"]),
        new("A", CvssGroup.Base, ["C", "P", "N"]),
        new("E", CvssGroup.Threat, ["ND", "H", "F", "POC", "U"]),
        new("RL", CvssGroup.Threat, ["ND", "U", "W", "TF", "OF"]),
        new("RC", CvssGroup.Threat, ["ND", "C", "UR", "UC"]),
        new("CDP", CvssGroup.Environmental, ["ND", "H", "MH", "LM", "L", "N"]),
        new("TD", CvssGroup.Environmental, ["ND", "H", "M", "L", "N"]),
        new("CR", CvssGroup.Environmental, ["ND", "H", "M", "L"]),
        new("IR", CvssGroup.Environmental, ["ND", "H", "M", "L"]),
        new("AR", CvssGroup.Environmental, ["ND", "H", "M", "L"]),
    ];

    private static readonly CvssMetric[] Three =
    [
        new("AV", CvssGroup.Base, ["N", "A", "L", "P"]),
        new("AC", CvssGroup.Base, ["L", "H"]),
        new("PR", CvssGroup.Base, ["N", "L", "H"]),
        new("UI", CvssGroup.Base, ["N", "R"]),
        new("S", CvssGroup.Base, ["C", "U"]),
        new("C", CvssGroup.Base, ["H", "L", "N"]),
        new("I", CvssGroup.Base, ["H", "L", "N"]),
        new("A", CvssGroup.Base, ["H", "L", "N"]),
        new("E", CvssGroup.Threat, ["X", "H", "F", "P", "U"]),
        new("RL", CvssGroup.Threat, ["X", "U", "W", "T", "O"]),
        new("RC", CvssGroup.Threat, ["X", "C", "R", "U"]),
        new("CR", CvssGroup.Environmental, ["X", "H", "M", "L"]),
        new("IR", CvssGroup.Environmental, ["X", "H", "M", "L"]),
        new("AR", CvssGroup.Environmental, ["X", "H", "M", "L"]),
        new("MAV", CvssGroup.Environmental, ["X", "N", "A", "L", "P"]),
        new("MAC", CvssGroup.Environmental, ["X", "L", "H"]),
        new("MPR", CvssGroup.Environmental, ["X", "N", "L", "H"]),
        new("MUI", CvssGroup.Environmental, ["X", "N", "R"]),
        new("MS", CvssGroup.Environmental, ["X", "C", "U"]),
        new("MC", CvssGroup.Environmental, ["X", "H", "L", "N"]),
        new("MI", CvssGroup.Environmental, ["X", "H", "L", "N"]),
        new("MA", CvssGroup.Environmental, ["X", "H", "L", "N"]),
    ];

    private static readonly CvssMetric[] Four =
    [
        new("AV", CvssGroup.Base, ["N", "A", "L", "P"]),
        new("AC", CvssGroup.Base, ["L", "H"]),
        new("AT", CvssGroup.Base, ["N", "P"]),
        new("PR", CvssGroup.Base, ["N", "L", "H"]),
        new("UI", CvssGroup.Base, ["N", "P", "A"]),
        new("VC", CvssGroup.Base, ["H", "L", "N"]),
        new("VI", CvssGroup.Base, ["H", "L", "N"]),
        new("VA", CvssGroup.Base, ["H", "L", "N"]),
        new("SC", CvssGroup.Base, ["H", "L", "N"]),
        new("SI", CvssGroup.Base, ["H", "L", "N"]),
        new("SA", CvssGroup.Base, ["H", "L", "N"]),
        new("E", CvssGroup.Threat, ["X", "A", "P", "U"]),
        new("CR", CvssGroup.Environmental, ["X", "H", "M", "L"]),
        new("IR", CvssGroup.Environmental, ["X", "H", "M", "L"]),
        new("AR", CvssGroup.Environmental, ["X", "H", "M", "L"]),
        new("MAV", CvssGroup.Environmental, ["X", "N", "A", "L", "P"]),
        new("MAC", CvssGroup.Environmental, ["X", "L", "H"]),
        new("MAT", CvssGroup.Environmental, ["X", "N", "P"]),
        new("MPR", CvssGroup.Environmental, ["X", "N", "L", "H"]),
        new("MUI", CvssGroup.Environmental, ["X", "N", "P", "A"]),
        new("MVC", CvssGroup.Environmental, ["X", "H", "L", "N"]),
        new("MVI", CvssGroup.Environmental, ["X", "H", "L", "N"]),
        new("MVA", CvssGroup.Environmental, ["X", "H", "L", "N"]),
        new("MSC", CvssGroup.Environmental, ["X", "H", "L", "N"]),
        new("MSI", CvssGroup.Environmental, ["X", "H", "L", "N", "S"]),
        new("MSA", CvssGroup.Environmental, ["X", "H", "L", "N", "S"]),
        new("S", CvssGroup.Supplemental, ["X", "N", "P"]),
        new("AU", CvssGroup.Supplemental, ["X", "N", "Y"]),
        new("R", CvssGroup.Supplemental, ["X", "A", "U", "I"]),
        new("V", CvssGroup.Supplemental, ["X", "D", "C"]),
        new("RE", CvssGroup.Supplemental, ["X", "L", "M", "H"]),
        new("U", CvssGroup.Supplemental, ["X", "Clear", "Green", "Amber", "Red"]),
    ];

    public static CvssMetric[] Of(CvssVersion version) => version switch
    {
        CvssVersion.V20 => Two,
        CvssVersion.V40 => Four,
        _ => Three,
    };

    public static int BaseCount(CvssVersion version) => version switch
    {
        CvssVersion.V20 => 6,
        CvssVersion.V40 => 11,
        _ => 8,
    };

    /// <summary>How the version is written: <c>3.1</c>.</summary>
    public static string NameOf(CvssVersion version) => version switch
    {
        CvssVersion.V20 => "2.0",
        CvssVersion.V30 => "3.0",
        CvssVersion.V31 => "3.1",
        _ => "4.0",
    };

    public static string PrefixOf(CvssVersion version) => version switch
    {
        CvssVersion.V20 => "",
        CvssVersion.V30 => "CVSS:3.0/",
        CvssVersion.V31 => "CVSS:3.1/",
        _ => "CVSS:4.0/",
    };

    public static int IndexOf(CvssVersion version, string name) => Array.FindIndex(Of(version), m => m.Name == name);
}
