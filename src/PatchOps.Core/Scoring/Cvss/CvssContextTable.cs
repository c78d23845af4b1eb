using PatchOps.Domain;

namespace PatchOps.Core.Scoring.Cvss;

/// <summary>
/// Policy: which environmental metrics follow from an asset's criticality, data sensitivity and exposure. A later table overrides an
/// earlier one: sensitivity says more about confidentiality than criticality does. Immutable; look-ups take no time and no memory.
/// </summary>
public sealed class CvssContextTable
{
    private const int Levels = 6, Classes = 5;

    private readonly CvssContext[] contexts = new CvssContext[Levels * Classes * Classes];

    /// <param name="criticality">Context by criticality 1–5; a missing level adds nothing.</param>
    /// <param name="sensitivity">Context by data sensitivity.</param>
    /// <param name="exposure">Context by exposure.</param>
    /// <exception cref="FailureException"><c>CvssContextInvalid</c>: an entry is no piece of a vector, or a level lies outside 1–5.</exception>
    public CvssContextTable(
        IReadOnlyDictionary<int, string> criticality,
        IReadOnlyDictionary<DataSensitivity, string> sensitivity,
        IReadOnlyDictionary<AssetExposure, string> exposure)
    {
        if (criticality.Keys.FirstOrDefault(k => k is < 1 or > 5) is var wrong and not 0)
            throw new FailureException(
                "CvssContextInvalid", FailureKind.InvalidInput, $"Criticality {wrong} does not exist: it runs from 1 to 5.");
        for (var level = 0; level < Levels; level++)
        {
            var first = criticality.TryGetValue(level, out var c) ? CvssContext.Parse(c) : default;
            for (var data = 0; data < Classes; data++)
            {
                var second = data > 0 && sensitivity.TryGetValue((DataSensitivity)(data - 1), out var s) ? CvssContext.Parse(s) : default;
                for (var tier = 0; tier < Classes; tier++)
                {
                    var third = tier > 0 && exposure.TryGetValue((AssetExposure)(tier - 1), out var e) ? CvssContext.Parse(e) : default;
                    contexts[Index(level, data, tier)] = first.OverriddenBy(second).OverriddenBy(third);
                }
            }
        }
    }

    /// <summary>
    /// The built-in table. Criticality follows the low, moderate and high impact levels of FIPS 199; requirement Medium leaves a score
    /// as it is. An asset that only its own network reaches takes an attacker who is already there (MAV:A), an isolated one an attacker on it (MAV:L).
    /// </summary>
    public static CvssContextTable Default { get; } = new(
        new Dictionary<int, string>
        {
            [1] = "CR:L/IR:L/AR:L",
            [2] = "CR:M/IR:M/AR:L",
            [3] = "CR:M/IR:M/AR:M",
            [4] = "CR:M/IR:H/AR:H",
            [5] = "CR:H/IR:H/AR:H",
        },
        new Dictionary<DataSensitivity, string>
        {
            [DataSensitivity.Public] = "CR:L",
            [DataSensitivity.Internal] = "CR:M",
            [DataSensitivity.Confidential] = "CR:H",
            [DataSensitivity.Restricted] = "CR:H/IR:H",
        },
        new Dictionary<AssetExposure, string>
        {
            [AssetExposure.Isolated] = "MAV:L",
            [AssetExposure.Internal] = "MAV:A",
        });

    /// <summary>Context of an asset; null stands for unknown, and adds nothing.</summary>
    public CvssContext For(int? criticality, DataSensitivity? sensitivity, AssetExposure? exposure) =>
        contexts[Index(
            criticality is >= 1 and <= 5 ? criticality.Value : 0,
            sensitivity is { } s ? (int)s + 1 : 0,
            exposure is { } e ? (int)e + 1 : 0)];

    private static int Index(int criticality, int sensitivity, int exposure) => (((criticality * Classes) + sensitivity) * Classes) + exposure;
}
