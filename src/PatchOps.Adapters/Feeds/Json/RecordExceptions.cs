namespace PatchOps.Adapters.Feeds.Json;

/// <summary>A record that is well-formed but cannot be used; becomes one rejection.</summary>
internal sealed class RecordException : Exception
{
    public RecordException(string reason, long at = -1) : base(reason) => At = at;

    /// <summary>Offset within the record, or -1.</summary>
    public long At { get; }
}

/// <summary>The window holds only part of the record: read on and start the record again. Thrown once per window at most.</summary>
internal sealed class NeedMoreException : Exception
{
    public static readonly NeedMoreException Instance = new();
}
