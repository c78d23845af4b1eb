namespace PatchOps.Core.Exposure.Supersedence;

/// <summary>How an update is named: <c>KB</c> and its number, whatever a feed or a host wrote.</summary>
public static class KbArticle
{
    /// <summary><c>5034441</c>, <c>kb5034441</c> and <c>KB 5034441</c> are <c>KB5034441</c>; what is no such number keeps its text, trimmed.</summary>
    /// <exception cref="ArgumentException"><paramref name="text"/> is empty.</exception>
    public static string Normalise(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        var trimmed = text.AsSpan().Trim();
        var number = trimmed.StartsWith("KB", StringComparison.OrdinalIgnoreCase) ? trimmed[2..].Trim() : trimmed;
        return number.IsEmpty || number.ContainsAnyExceptInRange('0', '9') ? trimmed.ToString() : $"KB{number}";
    }
}
