using System.Text.RegularExpressions;

namespace PatchOps.Adapters.Feeds.Cvrf;

/// <summary>Who publishes a CVRF document, from the address in its contact details.</summary>
internal static partial class CvrfSource
{
    public static string Of(string contact)
    {
        var match = Domain().Match(contact);
        return match.Success ? "cvrf:" + match.Groups[1].Value.ToLowerInvariant() : "cvrf";
    }

    [GeneratedRegex(@"([A-Za-z0-9-]{1,63})\.(?:com|org|net|de|cn|io|eu|jp|fr|uk)\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Domain();
}
