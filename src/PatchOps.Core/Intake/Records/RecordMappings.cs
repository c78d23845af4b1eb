using PatchOps.Core.Planning.Calendar;
using PatchOps.Domain;

namespace PatchOps.Core.Intake.Records;

/// <summary>How rows of our canonical columns become records.</summary>
public sealed record RecordMapping
{
    private RecordMapping(string name, IReadOnlyList<string> needed, Func<FieldReader, RecordRow, object> read)
    {
        Name = name;
        Needed = needed;
        Read = read;
    }

    public string Name { get; }

    /// <summary>Columns without which no row can be read.</summary>
    public IReadOnlyList<string> Needed { get; }

    internal Func<FieldReader, RecordRow, object> Read { get; }

    public static RecordMapping Asset { get; } = new("Asset", ["Id"], (f, r) => new Asset
    {
        Id = f.Text(r, "Id")?.Trim() ?? f.Required(r, "Name"),
        Name = f.Text(r, "Name")!,
        Address = f.Text(r, "Address"),
        Transport = f.Choice<TransportKind>(r, "Transport"),
        Port = f.Integer(r, "Port"),
        User = f.Text(r, "User"),
        Provider = f.Text(r, "Provider"),
        OperatingSystem = f.Text(r, "OperatingSystem"),
        Environment = f.Choice<AssetEnvironment>(r, "Environment"),
        BusinessUnit = f.Text(r, "BusinessUnit"),
        OwnerTeam = f.Text(r, "OwnerTeam"),
        Criticality = f.Integer(r, "Criticality"),
        Exposure = f.Choice<AssetExposure>(r, "Exposure"),
        DataSensitivity = f.Choice<DataSensitivity>(r, "DataSensitivity"),
        Regulations = f.List(r, "Regulations"),
        Cluster = f.Text(r, "Cluster"),
        MinAvailable = f.Integer(r, "MinAvailable"),
        DependsOn = f.List(r, "DependsOn"),
        Hypervisor = f.Text(r, "Hypervisor"),
        Hardware = f.Text(r, "Hardware"),
        Site = f.Text(r, "Site"),
        NetworkSegment = f.Text(r, "NetworkSegment"),
        TimeZone = f.Text(r, "TimeZone"),
        MaintenanceWindow = f.Text(r, "MaintenanceWindow"),
        EndOfSupport = f.Date(r, "EndOfSupport"),
        Hosting = f.Choice<Hosting>(r, "Hosting"),
        Tags = f.List(r, "Tags"),
    });

    public static RecordMapping Software { get; } = new("Software", ["Asset", "Package", "Version"], (f, r) => new Software
    {
        Asset = f.Required(r, "Asset"),
        Package = f.Required(r, "Package"),
        Version = f.Required(r, "Version"),
        Ecosystem = f.Text(r, "Ecosystem"),
        Architecture = f.Text(r, "Architecture"),
        Source = f.Text(r, "Source"),
        SourceVersion = f.Text(r, "SourceVersion"),
        Cpe = f.Text(r, "Cpe"),
    });

    public static RecordMapping Problem { get; } = new("Problem", ["Id"], (f, r) => new Problem
    {
        Id = f.Required(r, "Id"),
        Title = f.Text(r, "Title"),
        Status = f.Text(r, "Status"),
        Priority = f.Text(r, "Priority"),
        Opened = f.Time(r, "Opened"),
        Resolved = f.Time(r, "Resolved"),
        ConfigurationItems = f.List(r, "ConfigurationItems"),
        Cves = f.List(r, "Cves"),
        Patches = f.List(r, "Patches"),
        Workaround = f.Text(r, "Workaround"),
        RootCause = f.Text(r, "RootCause"),
        OwnerTeam = f.Text(r, "OwnerTeam"),
        KnownError = f.Flag(r, "KnownError"),
    });

    public static RecordMapping Incident { get; } = new("Incident", ["Id", "Opened"], (f, r) => new Incident
    {
        Id = f.Required(r, "Id"),
        Opened = f.RequiredTime(r, "Opened"),
        Resolved = f.Time(r, "Resolved"),
        ConfigurationItem = f.Text(r, "ConfigurationItem"),
        Category = f.Text(r, "Category"),
        Priority = f.Text(r, "Priority"),
        Problem = f.Text(r, "Problem"),
        CausedBy = f.Text(r, "CausedBy"),
        Description = f.Text(r, "Description"),
    });

    public static RecordMapping Change { get; } = new("Change", ["Id"], (f, r) => new Change
    {
        Id = f.Required(r, "Id"),
        Type = f.Text(r, "Type"),
        Category = f.Text(r, "Category"),
        Status = f.Text(r, "Status"),
        Risk = f.Text(r, "Risk"),
        ConfigurationItems = f.List(r, "ConfigurationItems"),
        PlannedStart = f.Time(r, "PlannedStart"),
        PlannedEnd = f.Time(r, "PlannedEnd"),
        Patches = f.List(r, "Patches"),
        Problem = f.Text(r, "Problem"),
    });

    /// <summary>A row with Taken and without Cve says that a scanner looked, whatever it found.</summary>
    public static RecordMapping Finding { get; } = new("Finding", ["Asset", "Cve", "Package"], (f, r) =>
    {
        var scanner = f.Text(r, "Scanner") ?? "scanner";
        if (f.Text(r, "Cve") is null && f.Has(r, "Taken")) return new ScanReport { Asset = f.Required(r, "Asset"), Scanner = scanner, Taken = f.Time(r, "Taken") ?? DateTimeOffset.MaxValue };
        return new ScannerFinding
        {
            Asset = f.Required(r, "Asset"),
            Scanner = scanner,
            Package = f.Required(r, "Package"),
            InstalledVersion = f.Text(r, "InstalledVersion")?.Trim(),
            FixedVersion = f.Text(r, "FixedVersion")?.Trim(),
            Cves = f.Required(r, "Cve").Split([';', ',', ' '], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            Status = f.Choice<FindingStatus>(r, "Status") ?? FindingStatus.Affected,
            Severity = f.Text(r, "Severity"),
            Ecosystem = f.Text(r, "Ecosystem"),
            Source = f.Text(r, "Source"),
            Found = f.Time(r, "Found"),
        };
    });

    /// <summary>Windows as people write them, or as calendars do.</summary>
    public static RecordMapping Window { get; } = new("Window", ["Name", "Window"], (f, r) => Sound(r, new WindowDefinition
    {
        Name = f.Required(r, "Name"), Definition = f.Required(r, "Window"), TimeZone = f.Text(r, "TimeZone") ?? f.Zone, Source = r.Place,
    }));

    /// <summary>One occurrence a row, as change calendars list them.</summary>
    public static RecordMapping WindowTimes { get; } = new("Window", ["Name", "Start", "End"], (f, r) =>
    {
        var (start, end) = (f.RequiredTime(r, "Start"), f.RequiredTime(r, "End"));
        if (end <= start) throw f.Bad(r, "End", "does not follow the start", f.Text(r, "End"));
        return Sound(r, new WindowDefinition
        {
            Name = f.Required(r, "Name"), Definition = FormattableString.Invariant($"{start.UtcDateTime:yyyy-MM-ddTHH:mm:ss}Z/{end.UtcDateTime:yyyy-MM-ddTHH:mm:ss}Z"), Source = r.Place,
        });
    });

    /// <exception cref="FailureException">The window cannot be read: told with the row's place.</exception>
    private static WindowDefinition Sound(RecordRow row, WindowDefinition window)
    {
        try
        {
            NamedWindows.Rules(window, NodaTime.DateTimeZone.Utc);
            return window;
        }
        catch (FailureException e)
        {
            throw new FailureException(new Failure(e.Failure.Code, e.Failure.Kind, $"{row.Place}: {e.Failure.Message}", row.Place, e.Failure.Remedy), e);
        }
    }

    public static RecordMapping Deployment { get; } = new("Deployment", ["Id", "Patch", "Asset", "Started", "Outcome"], (f, r) => new Deployment
    {
        Id = f.Required(r, "Id"),
        Patch = f.Required(r, "Patch"),
        Asset = f.Required(r, "Asset"),
        Started = f.RequiredTime(r, "Started"),
        Ended = f.Time(r, "Ended"),
        Outcome = f.Choice<DeploymentOutcome>(r, "Outcome") ?? throw f.Bad(r, "Outcome", "is empty", null),
        Problem = f.Text(r, "Problem"),
        Change = f.Text(r, "Change"),
    });
}

/// <summary>Turns rows into records; a row that does not fit is a failure with its place, the others go on.</summary>
public static class RecordMapper
{
    private const int MostNames = 24;

    /// <param name="mappings">Candidates; the first whose needed columns are all there is taken, by the first row.</param>
    /// <exception cref="FailureException"><c>ColumnsMissing</c>: no candidate's columns are there.</exception>
    public static IEnumerable<(object? Record, Failure? Failure)> Map(IEnumerable<RecordRow> rows, IReadOnlyList<RecordMapping> mappings, RecordDialect dialect)
    {
        var fields = new FieldReader(dialect);
        RecordMapping? mapping = null;
        foreach (var row in dialect.Events?.Fold(rows) ?? rows)
        {
            if (row.Failure is not null)
            {
                yield return (null, row.Failure);
                continue;
            }
            if (row.Record is { } whole)
            {
                yield return (whole, null);
                continue;
            }
            mapping ??= Choose(row, mappings, fields);
            object? record = null;
            Failure? failure = null;
            try
            {
                record = mapping.Read(fields, row);
            }
            catch (FailureException e)
            {
                failure = e.Failure;
            }
            catch (ArgumentException e)
            {
                // The domain's own checks: the message names the property.
                failure = new Failure("RecordInvalid", FailureKind.InvalidInput, $"{row.Place}: {e.Message.Split('\n')[0].Split(" (Parameter", 2)[0]}", row.Place,
                    "Correct the row and import the file again; the other rows were kept.");
            }
            yield return (record, failure);
        }
    }

    private static RecordMapping Choose(RecordRow row, IReadOnlyList<RecordMapping> mappings, FieldReader fields)
    {
        var fit = mappings.FirstOrDefault(m => m.Needed.All(c => fields.Has(row, c)));
        if (fit is not null) return fit;
        var closest = mappings.MinBy(m => m.Needed.Count(c => !fields.Has(row, c)))!;
        var missing = closest.Needed.Where(c => !fields.Has(row, c)).Select(fields.ColumnOf);
        throw new FailureException("ColumnsMissing", FailureKind.InvalidInput,
            $"{row.Place}: the column {string.Join(", ", missing)} is missing for {closest.Name} records; found {Listed(row.Values.Keys)}.", row.Place,
            RecordPresets.Guess(row.Values, closest.Name) is { } preset
                ? $"The columns look like {preset}'s: give -Preset {preset}, or translate them with -Map @{{ their = 'ours' }}."
                : "Name the columns as the documentation says, or translate them with -Map @{ their = 'ours' }.");
    }

    /// <summary>Documents of other kinds have hundreds of names; some are enough to see what it is.</summary>
    private static string Listed(IEnumerable<string> names)
    {
        var all = names.ToList();
        return all.Count <= MostNames ? string.Join(", ", all) : FormattableString.Invariant($"{string.Join(", ", all.Take(MostNames))} and {all.Count - MostNames} others");
    }
}
