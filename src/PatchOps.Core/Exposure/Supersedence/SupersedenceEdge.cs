namespace PatchOps.Core.Exposure.Supersedence;

/// <summary>One published statement: an update supersedes another.</summary>
public sealed record SupersedenceEdge
{
    /// <param name="newer">The superseding update, in any spelling of a KB.</param>
    /// <param name="older">The superseded update.</param>
    /// <exception cref="ArgumentException">One of them is empty.</exception>
    public SupersedenceEdge(string newer, string older)
    {
        Newer = KbArticle.Normalise(newer);
        Older = KbArticle.Normalise(older);
    }

    public string Newer { get; }

    public string Older { get; }

    public override string ToString() => $"{Newer} supersedes {Older}";
}
