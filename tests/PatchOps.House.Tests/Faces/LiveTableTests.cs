using PatchOps.Cli;
using PatchOps.Core.Operations;

namespace PatchOps.House.Tests.Faces;

/// <summary>The table of the command line, as a terminal of so many lines and columns shows it.</summary>
public sealed class LiveTableTests
{
    [Fact]
    public void Every_host_stands_once_with_its_last_step_and_nothing_of_an_earlier_drawing_remains()
    {
        var clock = new Stepping();
        using var text = new StringWriter();
        var table = new LiveTable(text, 60, 10, clock);
        table.Show(new ProgressEvent("Wave 1 of November", "web-1: Apply Succeeded", 0, 1));
        table.Show(new ProgressEvent("Wave 1 of November", "web-2: PreCheck Succeeded", 0, 1));
        table.Show(new ProgressEvent("Wave 1 of November", "web-1: Done", 50));
        Assert.Equal(["Wave 1 of November  [##########..........] 50 %", "  web-1  Done", "  web-2  PreCheck Succeeded"], Screen(text.ToString()));
        table.Clear();
        Assert.Empty(Screen(text.ToString()));
    }

    [Fact]
    public void Many_hosts_and_long_steps_fit_the_terminal()
    {
        var clock = new Stepping();
        using var text = new StringWriter();
        var table = new LiveTable(text, 30, 6, clock);
        for (var i = 0; i < 50; i++) table.Show(new ProgressEvent("Wave", $"host-{i}: {new string('x', 200)}\u001b[2J", i, 1));
        var screen = Screen(text.ToString());
        Assert.Equal(5, screen.Count);
        Assert.All(screen, l => Assert.True(l.Length < 30));
        Assert.Contains("host-49", screen[1], StringComparison.Ordinal);
        Assert.Contains("47 more", screen[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_storm_of_events_is_not_drawn_event_by_event()
    {
        using var text = new StringWriter();
        var table = new LiveTable(text, 60, 10, new Stepping { Step = TimeSpan.FromMilliseconds(1) });
        for (var i = 0; i < 300; i++) table.Show(new ProgressEvent("Wave", $"h: {i}", 0, 1));
        Assert.InRange(text.ToString().Split("Wave").Length - 1, 1, 8);
    }

    [Fact]
    public void What_came_within_a_moment_of_the_last_drawing_is_drawn_before_a_silence()
    {
        using var text = new StringWriter();
        var table = new LiveTable(text, 60, 10, new Stepping { Step = TimeSpan.FromMilliseconds(1) });
        table.Show(new ProgressEvent("Wave", "h: PreCheck …", 0, 1));
        Assert.False(table.IsBehind);
        table.Show(new ProgressEvent("Wave", "h: Apply …", 0, 1));
        Assert.True(table.IsBehind);
        Assert.Contains("PreCheck", Screen(text.ToString())[1], StringComparison.Ordinal);
        table.CatchUp();
        Assert.False(table.IsBehind);
        Assert.Contains("Apply", Screen(text.ToString())[1], StringComparison.Ordinal);
    }

    /// <summary>What a terminal shows after these writes: line ends, and the two sequences that the table uses.</summary>
    private static List<string> Screen(string written)
    {
        var lines = new List<string>();
        foreach (var part in written.Split("\u001b[J"))
        {
            var up = part.LastIndexOf("\u001b[", StringComparison.Ordinal);
            var body = up < 0 ? part : part[..up];
            lines.AddRange(body.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            if (up >= 0 && part.EndsWith('F')) lines.RemoveRange(lines.Count - int.Parse(part[(up + 2)..^1]), int.Parse(part[(up + 2)..^1]));
        }
        return lines;
    }

    private sealed class Stepping : TimeProvider
    {
        private long ticks = 1;

        public TimeSpan Step { get; init; } = TimeSpan.FromSeconds(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => ticks += Step.Ticks;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + TimeSpan.FromTicks(ticks += Step.Ticks);
    }
}
