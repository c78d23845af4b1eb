namespace PatchOps.Domain;

/// <summary>A host that makes a wave miss its window or halt, and how much of that chance goes when it goes well.</summary>
/// <param name="Share">Chance of a bad wave now, less the chance given that this host neither fails nor overruns; 0–1.</param>
public sealed record RiskDriver(string Asset, string Name, double Share)
{
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Name} ({Share:P1})");
}

/// <summary>What a rehearsal says of one wave. All shares are of simulated runs of the whole plan, 0–1.</summary>
public sealed record WaveForecast
{
    public required int Wave { get; init; }

    /// <summary>Runs behind the figures.</summary>
    public required int Runs { get; init; }

    /// <summary>The waves before it went through, so that it began.</summary>
    public required double Reached { get; init; }

    /// <summary>It began, all its hosts were worked on, and the last ended inside the window.</summary>
    public required double InWindow { get; init; }

    /// <summary>Half-width of the 95 % interval of <see cref="InWindow"/>, from the number of runs.</summary>
    public required double InWindowMargin { get; init; }

    /// <summary>Its halt rule tripped.</summary>
    public required double Halted { get; init; }

    /// <summary>Hosts rolled back, mean over all runs.</summary>
    public required double ExpectedRollbacks { get; init; }

    /// <summary>Hosts not admitted, mean over the runs that reached the wave.</summary>
    public required double ExpectedNotAdmitted { get; init; }

    /// <summary>Time from the wave's start to its end over the runs that reached it: median and 90th percentile.</summary>
    public required TimeSpan Median { get; init; }

    public required TimeSpan NinetiethPercentile { get; init; }

    /// <summary>Hosts that drive the risk, the worst first; at most five.</summary>
    public required IReadOnlyList<RiskDriver> Drivers { get; init; }

    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Wave {Wave}: {InWindow:P1} in its window, {ExpectedRollbacks:0.##} rollbacks expected");
}
