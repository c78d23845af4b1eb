using System.Globalization;
using System.Text;
using PatchOps.Core.Planning.Planner;
using PatchOps.Domain;

namespace PatchOps.Core.Planning.Contents;

/// <summary>Notices to business units: which of their systems change when, for how long, and what happens if it goes wrong.</summary>
internal static class PlanNotices
{
    private const int NamedHosts = 20;

    public static IReadOnlyList<PlanNotice> Of(PlanOrder order, NoticePolicy policy, IReadOnlyList<PlanWave> waves, IReadOnlyDictionary<string, Asset> assets)
    {
        var units = waves.SelectMany(w => w.Hosts.Select(h => (Wave: w, Host: h, Unit: assets[h.Asset].BusinessUnit)))
            .Where(h => h.Unit is not null).GroupBy(h => h.Unit!, StringComparer.OrdinalIgnoreCase).OrderBy(g => g.Key, StringComparer.OrdinalIgnoreCase);
        var notices = new List<PlanNotice>();
        foreach (var unit in units)
        {
            var first = unit.Min(h => h.Host.Start);
            var at = first - policy.Ahead;
            var text = new StringBuilder();
            text.Append(CultureInfo.InvariantCulture, $"{(order.Emergency ? "Emergency maintenance" : "Maintenance")} of systems of {unit.Key}: {order.Name}.\n");
            foreach (var wave in unit.GroupBy(h => h.Wave.Number).OrderBy(g => g.Key))
            {
                var hosts = wave.Select(h => h.Host).ToList();
                var longest = hosts.Max(h => h.NinetiethPercentile);
                text.Append(CultureInfo.InvariantCulture, $"Wave {wave.Key}: {Time(hosts.Min(h => h.Start))} to {Time(hosts.Max(h => h.LatestStart + h.NinetiethPercentile))}, each system for up to {WaveContents.Length(longest)} (9 of 10): ");
                text.AppendJoin(", ", hosts.Take(NamedHosts).Select(h => h.Name));
                if (hosts.Count > NamedHosts) text.Append(CultureInfo.InvariantCulture, $" and {hosts.Count - NamedHosts} more");
                text.Append(".\n");
            }
            var rollback = unit.First().Wave.Rollback;
            text.Append(CultureInfo.InvariantCulture, $"Fallback: a system that is not healthy afterwards goes back to its previous state ({rollback.Method}) within {WaveContents.Length(rollback.DetectionWindow)}.\n");
            notices.Add(new PlanNotice
            {
                Audience = unit.Key, Recipients = policy.For(unit.Key), At = at < order.Created ? order.Created : at,
                Subject = string.Create(CultureInfo.InvariantCulture, $"{(order.Emergency ? "Emergency maintenance" : "Maintenance")} of {unit.Count()} systems of {unit.Key} from {Time(first)}"),
                Text = text.ToString(), Assets = [.. unit.Select(h => h.Host.Asset)],
            });
        }
        return notices;
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
