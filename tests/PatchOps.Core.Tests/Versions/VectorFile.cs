using System.IO.Compression;

namespace PatchOps.Core.Tests.Versions;

/// <summary>One published comparison: <c>Left Operator Right</c>, the operator one of &lt; = &gt; !=.</summary>
internal sealed record VectorRow(string Left, string Operator, string Right)
{
    public bool Accepts(int result) => Operator switch
    {
        "<" => result < 0,
        ">" => result > 0,
        "=" => result == 0,
        "!=" => result != 0,
        _ => throw new InvalidDataException($"Operator '{Operator}'."),
    };

    public override string ToString() => $"{Left} {Operator} {Right}";
}

internal static class VectorFile
{
    public static List<VectorRow> Read(string path)
    {
        using var file = File.OpenRead(path);
        using Stream content = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(content);
        var rows = new List<VectorRow>();
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            var fields = line.Split('\t');
            rows.Add(new VectorRow(fields[0], fields[1], fields[2]));
        }
        return rows;
    }
}
