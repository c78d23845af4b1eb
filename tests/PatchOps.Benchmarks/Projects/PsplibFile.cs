using System.Globalization;
using PatchOps.Core.Planning.Engine.Projects;

namespace PatchOps.Benchmarks.Projects;

/// <summary>Reads PSPLIB's single-mode files (.sm).</summary>
internal static class PsplibFile
{
    public static ProjectInstance Read(string path)
    {
        var lines = File.ReadAllLines(path);
        var successors = new List<int[]>();
        var durations = new List<int>();
        var demands = new List<int[]>();
        int[] capacities = [];
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("PRECEDENCE RELATIONS", StringComparison.Ordinal))
            {
                for (i += 2; lines[i].Length > 0 && lines[i][0] != '*'; i++) successors.Add([.. Numbers(lines[i]).Skip(3).Select(s => s - 1)]);
            }
            if (lines[i].StartsWith("REQUESTS/DURATIONS", StringComparison.Ordinal))
            {
                for (i += 3; lines[i][0] != '*'; i++)
                {
                    var numbers = Numbers(lines[i]);
                    durations.Add(numbers[2]);
                    demands.Add(numbers[3..]);
                }
            }
            if (lines[i].StartsWith("RESOURCEAVAILABILITIES", StringComparison.Ordinal)) capacities = Numbers(lines[i + 2]);
        }
        return new([.. durations], [.. demands], capacities, [.. successors]);
    }

    /// <summary>File name to best known makespan; of an interval "104..105" the upper end, which somebody has found.</summary>
    public static Dictionary<string, int> BestKnown(string path) => File.ReadLines(path).Skip(1).Where(l => l.Contains(',', StringComparison.Ordinal))
        .Select(l => l.Split(','))
        .ToDictionary(c => c[0].Trim(), c => int.Parse(c[1].Trim().Split("..")[^1], CultureInfo.InvariantCulture), StringComparer.OrdinalIgnoreCase);

    private static int[] Numbers(string line) =>
        [.. line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries).Select(n => int.Parse(n, CultureInfo.InvariantCulture))];
}
