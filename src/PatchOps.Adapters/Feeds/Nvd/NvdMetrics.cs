using System.Text.Json;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Feeds.Nvd;

/// <summary>CVSS and SSVC parts of an NVD record.</summary>
internal sealed class NvdMetrics
{
    private readonly NvdDraft _draft;
    private readonly TextCache _cache;

    public NvdMetrics(NvdDraft draft, TextCache cache)
    {
        _draft = draft;
        _cache = cache;
    }

    /// <summary><c>metrics</c>: a list per version.</summary>
    public void Read20(ref Utf8JsonReader r)
    {
        JsonRead.Next(ref r);
        if (!JsonRead.Object(ref r, "metrics")) return;
        while (JsonRead.Property(ref r))
        {
            var cvss = r.ValueSpan.StartsWith("cvssMetric"u8);
            if (!cvss && !r.ValueSpan.StartsWith("ssvc"u8))
            {
                JsonRead.Skip(ref r);
                continue;
            }
            JsonRead.Next(ref r);
            if (!JsonRead.Array(ref r, "metrics")) continue;
            while (JsonRead.Element(ref r))
            {
                if (!JsonRead.Object(ref r, "a metric")) continue;
                if (cvss) Metric(ref r, "nvd@nist.gov");
                else Ssvc(ref r);
            }
        }
    }

    /// <summary><c>impact</c>: one object per version.</summary>
    public void Read11(ref Utf8JsonReader r)
    {
        JsonRead.Next(ref r);
        if (!JsonRead.Object(ref r, "impact")) return;
        while (JsonRead.Property(ref r))
        {
            if (!r.ValueSpan.StartsWith("baseMetricV"u8))
            {
                JsonRead.Skip(ref r);
                continue;
            }
            JsonRead.Next(ref r);
            if (JsonRead.Object(ref r, "a metric")) Metric(ref r, "nvd@nist.gov");
        }
    }

    private void Metric(ref Utf8JsonReader r, string? source)
    {
        string? version = null, vector = null;
        double? score = null;
        var any = false;
        while (JsonRead.Property(ref r))
        {
            if (JsonRead.Is(ref r, "source"u8)) source = JsonRead.Text(ref r, _cache, "source") ?? source;
            else if (r.ValueSpan.StartsWith("cvss"u8))
            {
                JsonRead.Next(ref r);
                if (!JsonRead.Object(ref r, "cvssData")) continue;
                any = true;
                while (JsonRead.Property(ref r))
                {
                    if (JsonRead.Is(ref r, "version"u8)) version = JsonRead.Text(ref r, _cache, "version");
                    else if (JsonRead.Is(ref r, "vectorString"u8)) vector = JsonRead.Text(ref r, _cache, "vectorString");
                    else if (JsonRead.Is(ref r, "baseScore"u8)) score = JsonRead.Score(ref r, "baseScore");
                    else JsonRead.Skip(ref r);
                }
            }
            else JsonRead.Skip(ref r);
        }
        if (any && (vector is not null || score is not null)) _draft.Cvss.Add(new CvssFact(source ?? "", version ?? "", vector ?? "", score));
    }

    private void Ssvc(ref Utf8JsonReader r)
    {
        string? source = null;
        while (JsonRead.Property(ref r))
        {
            if (JsonRead.Is(ref r, "source"u8)) source = JsonRead.Text(ref r, _cache, "source");
            else if (JsonRead.Is(ref r, "ssvcData"u8))
            {
                JsonRead.Next(ref r);
                using var data = Document(ref r);
                _draft.Ssvc = SsvcJson.Read(data.RootElement, source ?? "nvd");
            }
            else JsonRead.Skip(ref r);
        }
    }

    private static JsonDocument Document(ref Utf8JsonReader r) =>
        JsonDocument.TryParseValue(ref r, out var document) ? document : throw NeedMoreException.Instance;
}
