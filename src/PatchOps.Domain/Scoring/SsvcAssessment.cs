namespace PatchOps.Domain;

/// <summary>One decision point: the value it took, and the fact behind it.</summary>
public sealed record SsvcPoint
{
    public SsvcPoint(string name, string value, string because)
    {
        Name = Require.Text(name);
        Value = Require.Text(value);
        Because = Require.Text(because);
    }

    public string Name { get; }

    public string Value { get; }

    /// <summary>The fact, or the default that stands for a missing one.</summary>
    public string Because { get; }

    public override string ToString() => $"{Name}: {Value} ({Because})";
}

/// <summary>Outcome of one SSVC decision table, with the version of the table and all that led to it.</summary>
public sealed record SsvcAssessment
{
    public SsvcAssessment(string table, string tableVersion, string outcome, IReadOnlyList<SsvcPoint> points)
    {
        Table = Require.Text(table);
        TableVersion = Require.Text(tableVersion);
        Outcome = Require.Text(outcome);
        Points = points;
    }

    /// <summary>deployer, coordinator or bod-26-04.</summary>
    public string Table { get; }

    public string TableVersion { get; }

    /// <summary>Such as Track*, OutOfCycle or "14 days".</summary>
    public string Outcome { get; }

    public IReadOnlyList<SsvcPoint> Points { get; }

    public override string ToString() => $"{Outcome} ({Table} {TableVersion})";
}
