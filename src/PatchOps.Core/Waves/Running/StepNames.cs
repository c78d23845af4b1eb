using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PatchOps.Core.Seams;
using PatchOps.Core.Waves.State;

namespace PatchOps.Core.Waves.Running;

/// <summary>Names of scopes and steps as hosts know them: the same for every runner, so that a second start finds the first.</summary>
internal static class StepNames
{
    public static FencingToken Fence(string planId, int wave, long token) => new(string.Create(CultureInfo.InvariantCulture, $"wave-{Short(planId)}-{wave}"), token);

    /// <param name="part">Number of the effect inside the step, where it has several.</param>
    public static string Step(string planId, int wave, string asset, int round, HostStep step, int ordinal, int part) =>
        string.Create(CultureInfo.InvariantCulture, $"{Prefix(planId, wave, asset)}-r{round}-{step}-{ordinal}-{part}");

    /// <summary>The mark of what is quiesced, and the name of the snapshot.</summary>
    public static string Prefix(string planId, int wave, string asset) => string.Create(CultureInfo.InvariantCulture, $"{Short(planId)}-{wave}-{Digest(asset)}");

    /// <summary>Readable where the name fits, always unique.</summary>
    private static string Short(string name)
    {
        var fits = name.Length <= 40 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
        return fits ? name : $"p{Digest(name)}";
    }

    private static string Digest(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 8)).ToLowerInvariant();
}
