namespace PatchOps.Core.Problems.Clustering;

/// <summary>What clustering looks at in one incident.</summary>
/// <param name="Kind">What sort of item it hit, such as role and operating system; null where unknown.</param>
public readonly record struct IncidentSymptom(string? Text, string? Category, string? Kind, DateTimeOffset Opened);

/// <summary>
/// Incidents that look like one another: latent semantic analysis of the text, joined with category, kind of item and time as a weighted sum
/// of kernels; each distinct symptom is linked to its nearest ones, and modularity finds the groups and their number. No language, no
/// training, no random outcome. Plain k-means on TF-IDF needs the number of groups, and separates reports of one fault that share no word.
/// </summary>
public static class IncidentClustering
{
    /// <summary>Directions kept of the text, the usual number for latent semantic indexing (Dumais 1991; Bradford 2008 for larger ones).</summary>
    internal const int Dimensions = 100;

    internal const int Neighbours = 20;

    /// <summary>Symptoms compared with one another; further ones join the nearest group.</summary>
    internal const int GraphLimit = 30_000;

    private const int CategoryWidth = 32;
    private const int KindWidth = 32;
    private const int TimeWidth = 16;

    // Shares of the similarity; of what an incident lacks, the others take the place.
    private const double TextShare = 0.5;
    private const double CategoryShare = 0.25;
    private const double KindShare = 0.15;
    private const double TimeShare = 0.1;

    /// <summary>Time over which similarity by time falls off, days.</summary>
    private const double TimeScale = 60;

    /// <summary>Months tell apart what lies far apart; days would make every incident a symptom of its own.</summary>
    private const double TimeStep = 30;

    /// <returns>The group of each incident, from 0, the largest first; −1 where an incident says nothing at all.</returns>
    public static int[] Cluster(IReadOnlyList<IncidentSymptom> incidents, CancellationToken cancellationToken = default)
    {
        var symptoms = new Dictionary<(string?, string?, string?, int), int>();
        var distinct = new List<IncidentSymptom>();
        var symptomOf = new int[incidents.Count];
        var first = incidents.Count > 0 ? incidents.Min(i => i.Opened) : default;
        var timed = incidents.Any(i => i.Opened != first);
        for (var i = 0; i < incidents.Count; i++)
        {
            var incident = incidents[i];
            var key = (incident.Text, incident.Category, incident.Kind, timed ? (int)((incident.Opened - first).TotalDays / TimeStep) : 0);
            if (!symptoms.TryGetValue(key, out var symptom))
            {
                symptoms.Add(key, symptom = distinct.Count);
                distinct.Add(incident);
            }
            symptomOf[i] = symptom;
        }
        var rows = Rows(distinct, first, timed, cancellationToken);
        var groups = Group(rows, cancellationToken);
        // A symptom that shares no word with another is a group of its own: the same message may have come a thousand times.
        var next = groups.Length == 0 ? 0 : groups.Max() + 1;
        for (var s = 0; s < groups.Length; s++)
            if (groups[s] < 0 && (distinct[s].Category is not null || (distinct[s].Text is { } text && Tokens.Of(text).Any()))) groups[s] = next++;
        return BySize(Array.ConvertAll(symptomOf, s => groups[s]));
    }

    private static DenseRows Rows(List<IncidentSymptom> symptoms, DateTimeOffset first, bool timed, CancellationToken cancellationToken)
    {
        var text = LatentSpace.Project(TermWeights.Of(symptoms.ConvertAll(s => s.Text), cancellationToken), Dimensions, cancellationToken);
        var categorised = symptoms.Exists(s => s.Category is not null);
        var kinds = symptoms.Exists(s => s.Kind is not null);
        if (!categorised && !kinds && !timed) return text;
        var rows = new DenseRows(symptoms.Count, text.Width + CategoryWidth + KindWidth + TimeWidth);
        for (var i = 0; i < symptoms.Count; i++)
        {
            var row = rows.Row(i);
            var own = text.Row(i)[..text.Width];
            for (var d = 0; d < own.Length; d++) row[d] = (float)Math.Sqrt(TextShare) * own[d];
            var says = DenseRows.Dot(text.Row(i), text.Row(i)) > 0.5f;
            if (symptoms[i].Category is { } category)
            {
                Name(row.Slice(text.Width, CategoryWidth), category, Math.Sqrt(CategoryShare));
                says = true;
            }
            if (symptoms[i].Kind is { } kind) Name(row.Slice(text.Width + CategoryWidth, KindWidth), kind, Math.Sqrt(KindShare));
            if (timed) Time(row.Slice(text.Width + CategoryWidth + KindWidth, TimeWidth), (symptoms[i].Opened - first).TotalDays);
            // Item and time alone are no symptom.
            if (!says) row.Clear();
        }
        rows.ScaleRows();
        return rows;
    }

    /// <summary>A name as a direction of its own: nearly at right angles to every other (Achlioptas 2003).</summary>
    private static void Name(Span<float> to, string name, double length)
    {
        var hash = 14695981039346656037UL;
        foreach (var c in name) hash = (hash ^ char.ToLowerInvariant(c)) * 1099511628211UL;
        var random = new PseudoRandom(hash);
        for (var i = 0; i < to.Length; i++) to[i] = (float)(random.NextUnit() < 0.5 ? -length : length) / MathF.Sqrt(to.Length);
    }

    /// <summary>Random Fourier features of a Laplacian kernel (Rahimi and Recht 2007): days apart become an angle.</summary>
    private static void Time(Span<float> to, double days)
    {
        var random = new PseudoRandom(7);
        var scale = (float)Math.Sqrt(TimeShare / (to.Length / 2.0));
        for (var i = 0; i < to.Length; i += 2)
        {
            var frequency = Math.Tan(Math.PI * (random.NextUnit() - 0.5)) / TimeScale;
            to[i] = scale * (float)Math.Cos(frequency * days);
            to[i + 1] = scale * (float)Math.Sin(frequency * days);
        }
    }

    private static int[] Group(DenseRows rows, CancellationToken cancellationToken)
    {
        var chosen = Enumerable.Range(0, rows.Count).ToArray();
        var graphed = rows;
        if (rows.Count > GraphLimit)
        {
            chosen = [.. Enumerable.Range(0, GraphLimit).Select(i => (int)((long)i * rows.Count / GraphLimit))];
            graphed = new DenseRows(GraphLimit, rows.Width);
            for (var i = 0; i < GraphLimit; i++) rows.Row(chosen[i]).CopyTo(graphed.Row(i));
        }
        var found = Communities.Of(NeighbourGraph.Of(graphed, Neighbours, cancellationToken), cancellationToken);
        for (var i = 0; i < found.Length; i++)
            if (DenseRows.Dot(graphed.Row(i), graphed.Row(i)) < 0.5f) found[i] = -1;
        if (rows.Count <= GraphLimit) return found;

        var centres = new DenseRows(found.Max() + 1, rows.Width);
        for (var i = 0; i < found.Length; i++) if (found[i] >= 0) DenseRows.AddScaled(centres.Row(found[i]), graphed.Row(i), 1);
        centres.ScaleRows();
        var all = new int[rows.Count];
        for (var i = 0; i < all.Length; i++)
        {
            if (i % 1000 == 0) cancellationToken.ThrowIfCancellationRequested();
            all[i] = SphericalKMeans.Nearest(centres, rows.Row(i)).Group;
        }
        for (var i = 0; i < chosen.Length; i++) all[chosen[i]] = found[i];
        return all;
    }

    private static int[] BySize(int[] groups)
    {
        var order = groups.Select((g, i) => (Group: g, At: i)).Where(g => g.Group >= 0).GroupBy(g => g.Group)
            .OrderByDescending(g => g.Count()).ThenBy(g => g.First().At).Select((g, rank) => (g.Key, rank)).ToDictionary(g => g.Key, g => g.rank);
        return Array.ConvertAll(groups, g => g < 0 ? -1 : order[g]);
    }
}
