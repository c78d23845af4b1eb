namespace PatchOps.Core.Scoring.Cvss;

/// <summary>
/// Score of each macrovector in tenths. These are the normative values that FIRST publishes with the CVSS 4.0 specification (section 8.3).
/// </summary>
internal static class Cvss4MacroVectors
{
    /// <summary>Marks a combination that cannot occur: EQ3 = 2 (no high impact) excludes EQ6 = 0 (a high impact that is required).</summary>
    public const byte No = 255;

    /// <summary>A line has the 18 values of EQ4, EQ5, EQ6 (the last one fastest) for the EQ1, EQ2, EQ3 behind it.</summary>
    private static ReadOnlySpan<byte> Tenths =>
    [
        100, 99, 98, 95, 95, 92, 100, 96, 93, 87, 91, 81, 93, 90, 89, 80, 81, 68, // 000
        98, 95, 95, 92, 90, 84, 93, 92, 89, 81, 81, 65, 88, 80, 78, 70, 69, 48, // 001
        No, 92, No, 82, No, 72, No, 79, No, 69, No, 50, No, 69, No, 55, No, 27, // 002
        99, 97, 95, 92, 92, 85, 95, 91, 90, 83, 84, 71, 92, 81, 82, 71, 72, 53, // 010
        95, 93, 92, 85, 85, 73, 92, 82, 80, 72, 70, 59, 84, 70, 71, 52, 50, 30, // 011
        No, 86, No, 75, No, 52, No, 71, No, 52, No, 29, No, 63, No, 29, No, 17, // 012
        98, 95, 94, 87, 91, 81, 94, 89, 86, 74, 77, 64, 87, 75, 74, 63, 63, 49, // 100
        94, 89, 88, 77, 76, 67, 86, 76, 74, 58, 59, 50, 72, 57, 57, 52, 52, 25, // 101
        No, 83, No, 70, No, 54, No, 65, No, 58, No, 26, No, 53, No, 21, No, 13, // 102
        95, 90, 88, 76, 76, 70, 90, 77, 75, 62, 61, 53, 77, 66, 68, 59, 52, 30, // 110
        89, 78, 76, 67, 62, 58, 74, 59, 57, 57, 47, 23, 61, 52, 57, 29, 24, 16, // 111
        No, 71, No, 59, No, 30, No, 58, No, 26, No, 15, No, 23, No, 13, No, 6, // 112
        93, 87, 86, 72, 75, 58, 86, 74, 74, 61, 56, 34, 70, 54, 52, 40, 40, 22, // 200
        85, 75, 74, 55, 62, 51, 72, 57, 55, 41, 46, 19, 53, 36, 34, 19, 19, 8, // 201
        No, 64, No, 51, No, 20, No, 47, No, 21, No, 11, No, 24, No, 9, No, 4, // 202
        88, 75, 73, 53, 60, 50, 73, 55, 59, 40, 41, 20, 54, 43, 45, 22, 20, 11, // 210
        75, 55, 58, 45, 40, 21, 61, 51, 48, 18, 20, 9, 46, 18, 17, 7, 8, 2, // 211
        No, 53, No, 24, No, 14, No, 24, No, 12, No, 5, No, 10, No, 3, No, 1, // 212
    ];

    public static byte Of(int eq1, int eq2, int eq3, int eq4, int eq5, int eq6) =>
        eq1 > 2 || eq2 > 1 || eq3 > 2 || eq4 > 2 || eq5 > 2 || eq6 > 1
            ? No
            : Tenths[(((((((((eq1 * 2) + eq2) * 3) + eq3) * 3) + eq4) * 3) + eq5) * 2) + eq6];
}
