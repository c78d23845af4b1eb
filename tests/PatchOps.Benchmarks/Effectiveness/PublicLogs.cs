using System.Globalization;
using System.IO.Compression;
using CsvHelper;
using CsvHelper.Configuration;
using PatchOps.Core.Effectiveness;
using PatchOps.Domain;

namespace PatchOps.Benchmarks.Effectiveness;

/// <summary>Injects deployments with a known effect into real incident series, and counts right, wrong and inconclusive verdicts.</summary>
internal static class PublicLogs
{
    private static readonly string[] Effects = ["none", "-30 %", "-80 %", "masked", "worse"];

    public static string? DefaultFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var path = Path.Combine(folder.FullName, "shared", "data", "itsm");
            if (Directory.Exists(path)) return path;
        }
        return null;
    }

    public static void Run(string? folder)
    {
        Console.WriteLine();
        if (folder is null)
        {
            Console.WriteLine("Public logs: the folder shared/data/itsm is not beside this checkout; left out.");
            return;
        }
        Console.WriteLine("Injected effects in public logs (problem = category on its items, 24 or more incidents before; 5 deployments each)");
        Console.WriteLine($"{"log and design",-34}{"effect",-9}{"cases",6}{"naive",8}{"Effective",11}{"NotEff.",9}{"Worse",7}{"Masked",8}{"Recurred",10}{"Inconcl.",10}");
        foreach (var (name, incidents) in Logs(folder))
            foreach (var controls in new[] { true, false })
                Inject(name, incidents, controls);
    }

    private static void Inject(string log, List<(string Item, string Category, DateTimeOffset At)> incidents, bool controls)
    {
        DateTimeOffset start = incidents.Min(i => i.At), end = incidents.Max(i => i.At);
        var span = (end - start).TotalDays;
        var problems = incidents.GroupBy(i => i.Category).Where(g => g.Count() >= 60 && g.Select(i => i.Item).Distinct().Count() >= 4).ToList();
        foreach (var effect in Effects)
        {
            var random = new Random(6);
            var verdicts = new Dictionary<EffectivenessVerdict, int>();
            int cases = 0, naive = 0;
            foreach (var problem in problems)
                for (var repeat = 0; repeat < 5; repeat++)
                {
                    var day = span * (0.4 + 0.3 * random.NextDouble());
                    var items = problem.Select(i => i.Item).Distinct().Order(StringComparer.Ordinal).ToList();
                    var patched = items.Where(_ => !controls || random.NextDouble() < 0.5).ToHashSet(StringComparer.Ordinal);
                    var history = History(problem.Key, problem.ToList(), items, patched, start, end, day, effect, random);
                    var result = EffectivenessAnalysis.Analyse(history);
                    if (result.BeforeCount < 24) continue;
                    cases++;
                    if (EffectivenessBenchmark.NaiveSuccess(result)) naive++;
                    verdicts[result.Verdict] = verdicts.GetValueOrDefault(result.Verdict) + 1;
                }
            if (cases == 0)
            {
                Console.WriteLine($"{log}: no problem has enough incidents.");
                return;
            }
            string Share(EffectivenessVerdict verdict) => $"{100.0 * verdicts.GetValueOrDefault(verdict) / cases:F1}%";
            Console.WriteLine($"{log + (controls ? ", controls" : ", no controls"),-34}{effect,-9}{cases,6}{$"{100.0 * naive / cases:F1}%",8}{Share(EffectivenessVerdict.Effective),11}{Share(EffectivenessVerdict.NotEffective),9}{Share(EffectivenessVerdict.Worse),7}{Share(EffectivenessVerdict.Masked),8}{Share(EffectivenessVerdict.Recurred),10}{Share(EffectivenessVerdict.Inconclusive),10}");
        }
    }

    private static ProblemHistory History(
        string category, List<(string Item, string Category, DateTimeOffset At)> source, List<string> items, HashSet<string> patched,
        DateTimeOffset start, DateTimeOffset end, double day, string effect, Random random)
    {
        var at = start.AddDays(day);
        var incidents = new List<Incident>();
        void Add(string item, string name, DateTimeOffset opened) =>
            incidents.Add(new Incident { Id = $"I{incidents.Count}", Opened = opened, ConfigurationItem = item, Category = name, Problem = name == category ? category : null });
        foreach (var (item, _, opened) in source)
        {
            if (opened < at || !patched.Contains(item)) { Add(item, category, opened); continue; }
            switch (effect)
            {
                case "-30 %": if (random.NextDouble() >= 0.3) Add(item, category, opened); break;
                case "-80 %": if (random.NextDouble() >= 0.8) Add(item, category, opened); break;
                case "masked": Add(item, random.NextDouble() >= 0.8 ? category : "moved", opened); break;
                case "worse":
                    Add(item, category, opened);
                    Add(item, category, Later(opened, end, random));
                    break;
                default: Add(item, category, opened); break;
            }
        }
        return new ProblemHistory
        {
            Problem = category,
            Patches = ["P"],
            Items = items.Select(i => new ObservedItem { Id = i, Use = patched.Contains(i) ? ItemUse.Affected : ItemUse.Control }).ToList(),
            Incidents = incidents,
            Deployments = patched.Select(i => new Deployment { Id = "D" + i, Patch = "P", Asset = i, Started = at, Ended = at.AddHours(1), Outcome = DeploymentOutcome.Succeeded }).ToList(),
            DataFrom = start,
            DataUntil = end,
        };
    }

    private static DateTimeOffset Later(DateTimeOffset opened, DateTimeOffset end, Random random)
    {
        var later = opened.AddDays(random.NextDouble() * 3);
        return later < end ? later : opened;
    }

    private static IEnumerable<(string Name, List<(string, string, DateTimeOffset)> Incidents)> Logs(string folder)
    {
        var service = Read(Path.Combine(folder, "uci-servicenow-incident-event-log-part1.csv.gz"), "number", "location", "subcategory", "opened_at", "d/M/yyyy HH:mm");
        if (service is not null) yield return ("UCI, location", Dense(service));
        var bank = Read(Path.Combine(folder, "bpi2014-rabobank-incidents-subset.csv"), "incident_id", "ci_name_aff", "service_component_wbs_aff", "open_time", "yyyy-MM-dd HH:mm:ss");
        if (bank is not null) yield return ("BPI 2014, CI", Dense(bank));
        var cars = Read(Path.Combine(folder, "bpi2013-volvo-incidents-half.csv.gz"), "SR Number", "Country", "Product", "Change Date+Time", null);
        if (cars is not null) yield return ("BPI 2013, country", Dense(cars));
    }

    /// <summary>Logs start with stragglers: the span that holds the middle 98 % of incidents is kept.</summary>
    private static List<(string, string, DateTimeOffset)> Dense(List<(string Item, string Category, DateTimeOffset At)> all)
    {
        var times = all.Select(i => i.At).Order().ToList();
        DateTimeOffset from = times[times.Count / 100], until = times[times.Count - 1 - times.Count / 100];
        return all.Where(i => i.At >= from && i.At <= until).ToList();
    }

    /// <summary>First row of each incident; null where the file is missing.</summary>
    private static List<(string Item, string Category, DateTimeOffset At)>? Read(string path, string id, string item, string category, string time, string? format)
    {
        if (!File.Exists(path)) return null;
        using var file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var csv = new CsvReader(new StreamReader(stream), new CsvConfiguration(CultureInfo.InvariantCulture) { BadDataFound = null, MissingFieldFound = null });
        csv.Read();
        csv.ReadHeader();
        var rows = new Dictionary<string, (string Item, string Category, DateTimeOffset At)>(StringComparer.Ordinal);
        while (csv.Read())
        {
            var number = csv.GetField(id) ?? "";
            var text = csv.GetField(time) ?? "";
            DateTimeOffset at;
            if (format is null ? !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at)
                : !DateTimeOffset.TryParseExact(text, format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at)) continue;
            string where = csv.GetField(item) ?? "?", what = csv.GetField(category) ?? "?";
            if (where is "?" or "" || what is "?" or "") continue;
            if (!rows.TryGetValue(number, out var known) || at < known.At) rows[number] = (where, what, at);
        }
        return [.. rows.Values];
    }
}
