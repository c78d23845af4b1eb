namespace PatchOps.Core.Seams;

/// <summary>Names one detached step on one host, for good: the same id started twice runs once.</summary>
public sealed record StepKey
{
    /// <param name="id">Unique per effect (plan, wave, host, step, attempt). Letters, digits, dot, dash, underscore; 1 to 100 characters; starts with a letter or digit.</param>
    /// <param name="fence">The lease under which the step is started.</param>
    /// <param name="timeLimit">The host itself ends the step after this time.</param>
    public StepKey(string id, FencingToken fence, TimeSpan timeLimit)
    {
        CheckName(id, nameof(id));
        ArgumentNullException.ThrowIfNull(fence);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeLimit, TimeSpan.Zero);
        Id = id;
        Fence = fence;
        TimeLimit = timeLimit;
    }

    public string Id { get; }

    public FencingToken Fence { get; }

    public TimeSpan TimeLimit { get; }

    internal static void CheckName(string name, string parameter)
    {
        ArgumentNullException.ThrowIfNull(name, parameter);
        // These become file names on the host, so nothing that a path or a shell could read otherwise gets in.
        var good = name.Length is > 0 and <= 100 && char.IsAsciiLetterOrDigit(name[0])
            && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
        if (!good) throw new ArgumentException($"'{name}' must be 1 to 100 letters, digits, dots, dashes or underscores and start with a letter or digit.", parameter);
    }
}
