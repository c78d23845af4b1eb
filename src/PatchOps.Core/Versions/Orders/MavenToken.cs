namespace PatchOps.Core.Versions.Orders;

/// <summary>One number or qualifier of a Maven version, with the place it takes among all that could stand there.</summary>
internal readonly struct MavenToken : IComparable<MavenToken>
{
    private static readonly string[] PreReleases = ["alpha", "beta", "milestone", "rc", "snapshot"];

    private readonly Place _place;
    private readonly bool _hyphen;
    private readonly string _text;

    private MavenToken(Place place, bool hyphen, string text)
    {
        _place = place;
        _hyphen = hyphen;
        _text = text;
    }

    // From the oldest to the newest; the end of a version sorts between PreRelease and Release.
    private enum Place
    {
        PreRelease,
        Release,
        ServicePack,
        OtherQualifier,
        HyphenNumber,
        DotNumber,
    }

    /// <summary>Zero, and the qualifiers that only say "this is the release".</summary>
    public bool IsNull => _place == Place.Release || (_place >= Place.HyphenNumber && Digits.IsZero(_text));

    /// <summary>Whether what stands before and says nothing may be dropped.</summary>
    public bool StartsSection => _hyphen || _place < Place.HyphenNumber;

    /// <param name="text">In lower case; empty stands for zero.</param>
    /// <param name="hyphen">Whether a hyphen, or a turn from digits to letters or back, stands before it.</param>
    /// <param name="followedByDigit">Whether a digit follows directly, so that a, b and m are abbreviations.</param>
    public static MavenToken Read(string text, bool hyphen, bool followedByDigit)
    {
        if (text.Length == 0 || char.IsAsciiDigit(text[0])) return new MavenToken(hyphen ? Place.HyphenNumber : Place.DotNumber, hyphen, text);
        var name = text switch
        {
            "a" when followedByDigit => "alpha",
            "b" when followedByDigit => "beta",
            "m" when followedByDigit => "milestone",
            "cr" => "rc",
            _ => text,
        };
        var place = name switch
        {
            "final" or "ga" or "release" => Place.Release,
            "sp" => Place.ServicePack,
            _ => Array.IndexOf(PreReleases, name) >= 0 ? Place.PreRelease : Place.OtherQualifier,
        };
        return new MavenToken(place, hyphen, name);
    }

    public int CompareTo(MavenToken other)
    {
        if (_place != other._place) return _place < other._place ? -1 : 1;
        return _place switch
        {
            Place.PreRelease => Array.IndexOf(PreReleases, _text).CompareTo(Array.IndexOf(PreReleases, other._text)),
            Place.OtherQualifier => Digits.Sign(string.CompareOrdinal(_text, other._text)),
            Place.HyphenNumber or Place.DotNumber => Digits.Compare(_text, other._text),
            _ => 0,
        };
    }

    /// <summary>Compares with a version that ends here.</summary>
    public int CompareToEnd() => _place == Place.PreRelease ? -1 : 1;
}
