using System.Text.Json;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Feeds.Json;

/// <summary>SSVC decision points as CISA publishes them: a list of one-property objects.</summary>
internal static class SsvcJson
{
    public static SsvcFact? Read(JsonElement content, string source)
    {
        if (content.ValueKind != JsonValueKind.Object || !content.TryGetProperty("options", out var options)
            || options.ValueKind != JsonValueKind.Array) return null;
        string? exploitation = null, automatable = null, impact = null, mission = null;
        foreach (var option in options.EnumerateArray())
        {
            if (option.ValueKind != JsonValueKind.Object) continue;
            foreach (var point in option.EnumerateObject())
            {
                if (point.Value.ValueKind != JsonValueKind.String) continue;
                var value = point.Value.GetString()!.ToLowerInvariant();
                switch (point.Name.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant())
                {
                    case "EXPLOITATION": exploitation = value; break;
                    case "AUTOMATABLE": automatable = value; break;
                    case "TECHNICALIMPACT": impact = value; break;
                    case "MISSION&WELL-BEING" or "MISSIONWELLBEING" or "MISSIONANDWELL-BEING": mission = value; break;
                    default: break;
                }
            }
        }
        var at = content.TryGetProperty("timestamp", out var stamp) && stamp.ValueKind == JsonValueKind.String
            ? FeedDates.Parse(stamp.GetString()) : null;
        return new SsvcFact(source, exploitation, automatable, impact, mission, at);
    }
}
