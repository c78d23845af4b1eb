using System.Globalization;
using System.Text;
using PatchOps.Domain;

namespace PatchOps.Estate;

/// <summary>Writes an estate as ordinary files: CSV in the canonical columns, and feeds in their publishers' layouts.</summary>
public static class EstateFiles
{
    private static readonly UTF8Encoding Utf8 = new(false);

    /// <summary>Writes or overwrites the files; others in the folder stay.</summary>
    public static void Write(Estate estate, string folder)
    {
        ArgumentNullException.ThrowIfNull(estate);
        foreach (var (name, text) in Contents(estate))
        {
            var path = Path.Combine(folder, name.Replace('/', Path.DirectorySeparatorChar));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text, Utf8);
        }
    }

    /// <summary>Every file's relative name, with slashes, and its text.</summary>
    public static IEnumerable<(string Name, string Text)> Contents(Estate estate)
    {
        ArgumentNullException.ThrowIfNull(estate);
        yield return ("assets.csv", Csv(
            "Id,Name,Transport,User,Provider,OperatingSystem,Environment,BusinessUnit,OwnerTeam,Criticality,Exposure,DataSensitivity,Regulations,Cluster,MinAvailable,DependsOn,TimeZone,MaintenanceWindow,EndOfSupport,Hosting,Tags",
            estate.Assets.Select(a => new object?[]
            {
                a.Id, a.Name, a.Transport, a.User, a.Provider, a.OperatingSystem, a.Environment, a.BusinessUnit, a.OwnerTeam, a.Criticality, a.Exposure, a.DataSensitivity,
                a.Regulations, a.Cluster, a.MinAvailable, a.DependsOn, a.TimeZone, a.MaintenanceWindow, a.EndOfSupport, a.Hosting, a.Tags,
            })));
        yield return ("software.csv", Csv("Asset,Package,Version,Ecosystem,Architecture,Source",
            estate.Software.Select(s => new object?[] { s.Asset, s.Package, s.Version, s.Ecosystem, s.Architecture, s.Source })));
        yield return ("problems.csv", Csv("Id,Title,Status,Priority,Opened,Resolved,ConfigurationItems,Cves,Patches,Workaround,RootCause,OwnerTeam,KnownError",
            estate.Problems.Select(p => new object?[]
            {
                p.Id, p.Title, p.Status, p.Priority, p.Opened, p.Resolved, p.ConfigurationItems, p.Cves, p.Patches, p.Workaround, p.RootCause, p.OwnerTeam, p.KnownError ? "true" : "false",
            })));
        yield return ("incidents.csv", Csv("Id,Opened,Resolved,ConfigurationItem,Category,Priority,Problem,CausedBy,Description",
            estate.Incidents.Select(i => new object?[] { i.Id, i.Opened, i.Resolved, i.ConfigurationItem, i.Category, i.Priority, i.Problem, i.CausedBy, i.Description })));
        yield return ("changes.csv", Csv("Id,Type,Category,Status,Risk,ConfigurationItems,PlannedStart,PlannedEnd,Patches,Problem",
            estate.Changes.Select(c => new object?[] { c.Id, c.Type, c.Category, c.Status, c.Risk, c.ConfigurationItems, c.PlannedStart, c.PlannedEnd, c.Patches, c.Problem })));
        yield return ("deployments.csv", Csv("Id,Patch,Asset,Started,Ended,Outcome,Problem,Change",
            estate.Deployments.Select(d => new object?[] { d.Id, d.Patch, d.Asset, d.Started, d.Ended, d.Outcome, d.Problem, d.Change })));
        foreach (var feed in Feeds.Contents()) yield return feed;
    }

    private static string Csv(string header, IEnumerable<object?[]> rows)
    {
        var text = new StringBuilder(header).Append('\n');
        foreach (var row in rows) text.AppendJoin(',', row.Select(Field)).Append('\n');
        return text.ToString();
    }

    private static string Field(object? value)
    {
        var text = value switch
        {
            null => "",
            string s => s,
            IReadOnlyList<string> list => string.Join(';', list),
            DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            DateOnly date => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
            _ => throw new InvalidOperationException($"{value.GetType().Name} has no text form."),
        };
        return text.AsSpan().IndexOfAny(",\"\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
