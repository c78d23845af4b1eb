namespace PatchOps.Core.Problems.Clustering;

/// <summary>
/// Texts as weighted terms: (1 + ln tf) × idf, rows of length 1 (Salton and Buckley 1988; Manning, Raghavan and Schütze 2008, chapter 6).
/// Terms of a single text join nothing and are left out; so are those of more than half of the texts.
/// </summary>
internal static class TermWeights
{
    /// <summary>Terms kept, the most frequent first: bounds memory whatever the log dumps in the tickets.</summary>
    private const int Vocabulary = 100_000;

    private const double CommonShare = 0.5;

    public static SparseRows Of(IReadOnlyList<string?> texts, CancellationToken cancellationToken = default)
    {
        var terms = new Dictionary<string, int>(StringComparer.Ordinal);
        var frequency = new List<int>();
        var seen = new List<int>();
        var counts = new List<(int Term, int Count)[]>(texts.Count);
        var repeated = new Dictionary<string, (int Term, int Count)[]>(StringComparer.Ordinal);
        var own = new Dictionary<int, int>();
        foreach (var text in texts)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (string.IsNullOrWhiteSpace(text))
            {
                counts.Add([]);
                continue;
            }
            // Monitoring writes the same words thousands of times.
            if (!repeated.TryGetValue(text, out var row))
            {
                own.Clear();
                foreach (var token in Tokens.Of(text))
                {
                    if (!terms.TryGetValue(token, out var term))
                    {
                        terms.Add(token, term = terms.Count);
                        frequency.Add(0);
                        seen.Add(0);
                    }
                    own[term] = own.GetValueOrDefault(term) + 1;
                }
                row = [.. own.OrderBy(t => t.Key).Select(t => (t.Key, t.Value))];
                repeated.Add(text, row);
                foreach (var (term, _) in row) seen[term]++;
            }
            foreach (var (term, _) in row) frequency[term]++;
            counts.Add(row);
        }
        return Weigh(counts, frequency, seen);
    }

    private static SparseRows Weigh(List<(int Term, int Count)[]> counts, List<int> frequency, List<int> distinct)
    {
        var written = counts.Count(c => c.Length > 0);
        var kept = Enumerable.Range(0, frequency.Count)
            // The same sentence in a thousand tickets is one text: what it alone has still joins its tickets.
            .Where(t => frequency[t] >= 2 && (frequency[t] <= CommonShare * written || distinct[t] < 3 || written < 20))
            .OrderByDescending(t => frequency[t]).ThenBy(t => t).Take(Vocabulary).Order().ToArray();
        var column = new int[frequency.Count];
        Array.Fill(column, -1);
        for (var i = 0; i < kept.Length; i++) column[kept[i]] = i;
        var idf = Array.ConvertAll(kept, t => Math.Log((1.0 + written) / (1 + frequency[t])) + 1);
        var rows = new SparseRows { Width = kept.Length };
        foreach (var row in counts)
        {
            foreach (var (term, count) in row)
                if (column[term] is >= 0 and var c) rows.Add(c, (float)((1 + Math.Log(count)) * idf[c]));
            rows.EndRow();
        }
        return rows;
    }
}
