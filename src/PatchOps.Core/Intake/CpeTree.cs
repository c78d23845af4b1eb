using System.Globalization;
using System.Text;

namespace PatchOps.Core.Intake;

/// <summary>How the parts of a node combine.</summary>
public enum CpeOperator
{
    Or,
    And,
}

/// <summary>One node of a configuration tree.</summary>
/// <param name="Parent">Index of the parent, always below the node's own; -1 at the top, where nodes are alternatives (OR).</param>
/// <param name="Operator">How its children and matches combine.</param>
/// <param name="Negate">Whether the result is turned round.</param>
public readonly record struct CpeNode(int Parent, CpeOperator Operator, bool Negate);

/// <summary>One CPE name with its version range.</summary>
/// <param name="Node">Index of the node it stands in.</param>
/// <param name="Vulnerable">False for "running on": the platform must be there but is not itself at fault.</param>
/// <param name="Criteria">CPE 2.3 name.</param>
/// <param name="From">Lower bound, or null.</param>
/// <param name="FromIncluded">Whether <paramref name="From"/> itself is in.</param>
/// <param name="To">Upper bound, or null.</param>
/// <param name="ToIncluded">Whether <paramref name="To"/> itself is in.</param>
public readonly record struct CpeMatch(
    int Node, bool Vulnerable, string Criteria, string? From, bool FromIncluded, string? To, bool ToIncluded);

/// <summary>NVD configurations of one vulnerability: nodes and matches in flat lists, so that they store as rows.</summary>
/// <remarks>NVD API 2.0 schema, <c>configurations</c>; NVD 1.1 <c>nodes/children</c>.</remarks>
public sealed record CpeTree
{
    /// <exception cref="ArgumentException">A parent does not precede its child, or a match names a node that is not there.</exception>
    public CpeTree(IReadOnlyList<CpeNode> nodes, IReadOnlyList<CpeMatch> matches)
    {
        for (var i = 0; i < nodes.Count; i++)
        {
            if (nodes[i].Parent < -1 || nodes[i].Parent >= i) throw new ArgumentException("A parent must precede its child.", nameof(nodes));
        }
        foreach (var match in matches)
        {
            if (match.Node < 0 || match.Node >= nodes.Count) throw new ArgumentException("A match must stand in a node.", nameof(matches));
        }
        Nodes = nodes;
        Matches = matches;
    }

    public IReadOnlyList<CpeNode> Nodes { get; }

    public IReadOnlyList<CpeMatch> Matches { get; }

    /// <summary>The nodes as text for storing beside the matches: per node the parent, <c>&amp;</c> or <c>|</c>, and <c>!</c> when negated.</summary>
    public string Shape
    {
        get
        {
            if (Nodes is [{ Parent: -1, Operator: CpeOperator.Or, Negate: false }]) return "-1|";
            var text = new StringBuilder(Nodes.Count * 4);
            foreach (var node in Nodes)
            {
                text.Append(node.Parent).Append(node.Operator == CpeOperator.And ? '&' : '|');
                if (node.Negate) text.Append('!');
            }
            return text.ToString();
        }
    }

    /// <summary>The reverse of <see cref="Shape"/>.</summary>
    /// <exception cref="FormatException">Not a shape.</exception>
    public static IReadOnlyList<CpeNode> ParseShape(string shape)
    {
        var nodes = new List<CpeNode>();
        for (var at = 0; at < shape.Length;)
        {
            var end = shape.AsSpan(at).IndexOfAny('&', '|');
            if (end < 0) throw new FormatException($"'{shape}' is not the shape of a CPE tree.");
            var parent = int.Parse(shape.AsSpan(at, end), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            at += end;
            var op = shape[at++] == '&' ? CpeOperator.And : CpeOperator.Or;
            var negate = at < shape.Length && shape[at] == '!';
            if (negate) at++;
            nodes.Add(new CpeNode(parent, op, negate));
        }
        return nodes;
    }

    /// <summary>Whether the tree holds, given which matches hold. A node without parts holds for AND and fails for OR, before negation.</summary>
    public bool Evaluate(Func<CpeMatch, bool> holds)
    {
        ArgumentNullException.ThrowIfNull(holds);
        Span<bool> state = Nodes.Count <= 256 ? stackalloc bool[Nodes.Count] : new bool[Nodes.Count];
        for (var i = 0; i < Nodes.Count; i++) state[i] = Nodes[i].Operator == CpeOperator.And;
        foreach (var match in Matches)
        {
            var and = Nodes[match.Node].Operator == CpeOperator.And;
            if (state[match.Node] == and && holds(match) != and) state[match.Node] = !and;
        }
        var any = false;
        for (var i = Nodes.Count - 1; i >= 0; i--)
        {
            var value = state[i] ^ Nodes[i].Negate;
            var parent = Nodes[i].Parent;
            if (parent < 0) any |= value;
            else if (Nodes[parent].Operator == CpeOperator.And) state[parent] &= value;
            else state[parent] |= value;
        }
        return any;
    }
}
