using System.IO.Enumeration;

namespace PatchOps.Core.Operations;

/// <summary>Names with * and ?, as PowerShell users write them; case does not matter. No pattern matches everything.</summary>
public sealed class Wildcard
{
    private readonly IReadOnlyList<string> patterns;

    public Wildcard(IReadOnlyList<string> patterns) => this.patterns = patterns;

    public bool MatchesAll => patterns.Count == 0;

    /// <summary>True where one of the names matches one of the patterns.</summary>
    public bool Matches(params ReadOnlySpan<string?> names)
    {
        if (patterns.Count == 0) return true;
        foreach (var pattern in patterns)
            foreach (var name in names)
                if (name is not null && FileSystemName.MatchesSimpleExpression(pattern, name, ignoreCase: true)) return true;
        return false;
    }

    /// <summary>Patterns that are plain names: a person who names a thing expects an error when it is not there.</summary>
    public IEnumerable<string> Literals => patterns.Where(p => p.AsSpan().IndexOfAny('*', '?') < 0);
}
