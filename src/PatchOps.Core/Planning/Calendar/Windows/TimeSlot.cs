using NodaTime;

namespace PatchOps.Core.Planning.Calendar.Windows;

/// <summary>A half-open stretch of time [Start, End), UTC; never empty.</summary>
public readonly record struct TimeSlot : IComparable<TimeSlot>
{
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="end"/> does not follow <paramref name="start"/>.</exception>
    public TimeSlot(Instant start, Instant end)
    {
        if (end <= start) throw new ArgumentOutOfRangeException(nameof(end), end, "A slot ends after it starts.");
        Start = start;
        End = end;
    }

    public Instant Start { get; }

    public Instant End { get; }

    public Duration Length => End - Start;

    public bool Overlaps(TimeSlot other) => Start < other.End && other.Start < End;

    /// <summary>The common part, or null.</summary>
    public TimeSlot? Intersect(TimeSlot other) => Overlaps(other) ? new(Instant.Max(Start, other.Start), Instant.Min(End, other.End)) : null;

    /// <summary>By start, then by end.</summary>
    public int CompareTo(TimeSlot other)
    {
        var byStart = Start.CompareTo(other.Start);
        return byStart != 0 ? byStart : End.CompareTo(other.End);
    }

    public override string ToString() => $"[{Start}, {End})";
}
