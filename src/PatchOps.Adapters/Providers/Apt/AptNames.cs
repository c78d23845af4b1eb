namespace PatchOps.Adapters.Providers.Apt;

/// <summary>What may be a package's name and version (Debian Policy 5.6.1, 5.6.12).</summary>
internal static class AptNames
{
    public static bool IsPackage(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? text : text[..colon];
        return name.Length >= 2 && (char.IsAsciiLetterLower(name[0]) || char.IsAsciiDigit(name[0]))
            && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '+' or '-' or '.')
            && (colon < 0 || (colon < text.Length - 1 && text[(colon + 1)..].All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-')));
    }

    public static bool IsVersion(string text) =>
        text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '+' or '-' or '~' or ':');
}
