using System.Globalization;
using PatchOps.Core.Operations;

namespace PatchOps.Cli;

/// <summary>A table that redraws itself on a terminal while a wave runs: its hosts with their last step, and how far the wave is.</summary>
public sealed class LiveTable(TextWriter terminal, int width, int height, TimeProvider clock)
{
    /// <summary>The table is drawn again after this at the soonest.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(150);

    private readonly Dictionary<string, (string Step, DateTimeOffset Since)> hosts = new(StringComparer.Ordinal);
    private string title = "";
    private double percent;
    private int drawn;
    private long last;

    /// <summary>Takes what an operation tells of its progress; draws where the last drawing is a moment old.</summary>
    public void Show(ProgressEvent progress)
    {
        title = progress.Activity;
        percent = progress.Percent ?? percent;
        if (progress.Status.Split(": ", 2) is [var host, var step]) hosts[host] = (step, clock.GetUtcNow());
        IsBehind = last != 0 && clock.GetElapsedTime(last) < Pause;
        if (!IsBehind) CatchUp();
    }

    /// <summary>Whether it took something that is not drawn yet: the next progress may be an hour away.</summary>
    public bool IsBehind { get; private set; }

    /// <summary>Draws what it knows.</summary>
    public void CatchUp()
    {
        IsBehind = false;
        last = clock.GetTimestamp();
        Draw();
    }

    /// <summary>Takes the table off the screen, so that something else can be written; the next progress draws it again.</summary>
    public void Clear()
    {
        IsBehind = false;
        if (drawn == 0) return;
        terminal.Write(string.Create(CultureInfo.InvariantCulture, $"\u001b[{drawn}F\u001b[J"));
        terminal.Flush();
        drawn = 0;
    }

    private void Draw()
    {
        Clear();
        var room = Math.Max(1, height - 3);
        // Those that moved last are the ones to look at.
        var shown = hosts.OrderByDescending(h => h.Value.Since).Take(room).ToList();
        var longest = Math.Min(40, shown.Select(h => h.Key.Length).DefaultIfEmpty(0).Max());
        var lines = new List<string> { Cut(string.Create(CultureInfo.InvariantCulture, $"{title}  {Bar()} {percent:0} %")) };
        lines.AddRange(shown.Select(h => Cut($"  {h.Key.PadRight(longest)}  {h.Value.Step}")));
        if (hosts.Count > shown.Count) lines.Add(Cut(string.Create(CultureInfo.InvariantCulture, $"  and {hosts.Count - shown.Count} more")));
        foreach (var line in lines) terminal.Write(line + "\n");
        terminal.Flush();
        drawn = lines.Count;
    }

    private string Bar()
    {
        var full = (int)Math.Round(Math.Clamp(percent, 0, 100) / 5);
        return $"[{new string('#', full)}{new string('.', 20 - full)}]";
    }

    /// <summary>A line that wraps would be two, and the next drawing would leave one of them behind.</summary>
    private string Cut(string line)
    {
        var plain = string.Concat(line.Select(c => char.IsControl(c) ? ' ' : c));
        return plain.Length < width ? plain : plain[..Math.Max(1, width - 1)];
    }
}
