using System.Text.Json;
using PatchOps.Adapters.Feeds.Json;
using PatchOps.Core.Intake;

namespace PatchOps.Adapters.Feeds.Nvd;

/// <summary>Configurations of either generation into flat lists.</summary>
internal sealed class CpeTreeParser
{
    private readonly List<CpeNode> _nodes = [];
    private readonly List<CpeMatch> _matches = [];
    private readonly TextCache _cache;

    public CpeTreeParser(TextCache cache) => _cache = cache;

    public void Clear()
    {
        _nodes.Clear();
        _matches.Clear();
    }

    public CpeTree? ToTree() => _matches.Count == 0 ? null : new CpeTree(_nodes.ToArray(), _matches.ToArray());

    /// <summary>2.0: a list of configurations. 1.1: one object with nodes.</summary>
    public void Read(ref Utf8JsonReader r)
    {
        if (r.TokenType == JsonTokenType.StartObject)
        {
            while (JsonRead.Property(ref r))
            {
                if (JsonRead.Is(ref r, "nodes"u8)) Nodes(ref r, -1);
                else JsonRead.Skip(ref r);
            }
            return;
        }
        if (!JsonRead.Array(ref r, "configurations")) return;
        while (JsonRead.Element(ref r))
        {
            if (JsonRead.Object(ref r, "a configuration")) Node(ref r, -1);
        }
    }

    private void Nodes(ref Utf8JsonReader r, int parent)
    {
        JsonRead.Next(ref r);
        if (!JsonRead.Array(ref r, "nodes")) return;
        while (JsonRead.Element(ref r))
        {
            if (JsonRead.Object(ref r, "a node")) Node(ref r, parent);
        }
    }

    private void Node(ref Utf8JsonReader r, int parent)
    {
        var self = _nodes.Count;
        var firstMatch = _matches.Count;
        _nodes.Add(new CpeNode(parent, CpeOperator.Or, false));
        var op = CpeOperator.Or;
        var negate = false;
        uint seen = 0;
        while (JsonRead.Property(ref r))
        {
            if (JsonRead.Is(ref r, "cpeMatch"u8) || JsonRead.Is(ref r, "cpe_match"u8))
            {
                JsonRead.Once(ref r, ref seen, 0);
                JsonRead.Next(ref r);
                if (!JsonRead.Array(ref r, "cpeMatch")) continue;
                while (JsonRead.Element(ref r))
                {
                    if (JsonRead.Object(ref r, "a CPE match")) Match(ref r, self);
                }
            }
            else if (JsonRead.Is(ref r, "operator"u8))
            {
                JsonRead.Once(ref r, ref seen, 1);
                op = Operator(ref r);
            }
            else if (JsonRead.Is(ref r, "negate"u8))
            {
                JsonRead.Once(ref r, ref seen, 2);
                negate = JsonRead.Flag(ref r, "negate") ?? false;
            }
            else if (JsonRead.Is(ref r, "nodes"u8) || JsonRead.Is(ref r, "children"u8))
            {
                JsonRead.Once(ref r, ref seen, 3);
                Nodes(ref r, self);
            }
            else JsonRead.Skip(ref r);
        }
        _nodes[self] = new CpeNode(parent, op, negate);
        if (parent < 0 && op == CpeOperator.Or && !negate && _nodes.Count > self + 1 && !HasOwnMatches(self, firstMatch)) Lift(self, firstMatch);
    }

    private static CpeOperator Operator(ref Utf8JsonReader r)
    {
        JsonRead.Next(ref r);
        if (r.TokenType == JsonTokenType.Null) return CpeOperator.Or;
        if (r.TokenType != JsonTokenType.String) throw JsonRead.Wrong(ref r, "operator", "text");
        if (r.ValueTextEquals("OR"u8)) return CpeOperator.Or;
        if (r.ValueTextEquals("AND"u8)) return CpeOperator.And;
        throw new RecordException("operator is neither AND nor OR", r.TokenStartIndex);
    }

    private bool HasOwnMatches(int node, int from)
    {
        for (var i = from; i < _matches.Count; i++)
        {
            if (_matches[i].Node == node) return true;
        }
        return false;
    }

    /// <summary>An OR at the top says nothing of its own: its children take its place.</summary>
    private void Lift(int node, int firstMatch)
    {
        _nodes.RemoveAt(node);
        for (var i = node; i < _nodes.Count; i++)
        {
            var child = _nodes[i];
            _nodes[i] = child with { Parent = child.Parent == node ? -1 : child.Parent - 1 };
        }
        for (var i = firstMatch; i < _matches.Count; i++) _matches[i] = _matches[i] with { Node = _matches[i].Node - 1 };
    }

    private void Match(ref Utf8JsonReader r, int node)
    {
        var vulnerable = true;
        string? criteria = null, from = null, to = null;
        bool fromIncluded = false, toIncluded = false;
        uint seen = 0;
        while (JsonRead.Property(ref r))
        {
            if (JsonRead.Is(ref r, "vulnerable"u8))
            {
                JsonRead.Once(ref r, ref seen, 0);
                vulnerable = JsonRead.Flag(ref r, "vulnerable") ?? true;
            }
            else if (JsonRead.Is(ref r, "criteria"u8) || JsonRead.Is(ref r, "cpe23Uri"u8))
            {
                JsonRead.Once(ref r, ref seen, 1);
                criteria = JsonRead.Text(ref r, _cache, "criteria");
            }
            else if (r.ValueSpan.StartsWith("version"u8))
            {
                if (JsonRead.Is(ref r, "versionEndExcluding"u8)) Bound(ref r, ref to, ref toIncluded, false, "the end of the range");
                else if (JsonRead.Is(ref r, "versionEndIncluding"u8)) Bound(ref r, ref to, ref toIncluded, true, "the end of the range");
                else if (JsonRead.Is(ref r, "versionStartIncluding"u8)) Bound(ref r, ref from, ref fromIncluded, true, "the start of the range");
                else if (JsonRead.Is(ref r, "versionStartExcluding"u8)) Bound(ref r, ref from, ref fromIncluded, false, "the start of the range");
                else JsonRead.Skip(ref r);
            }
            else JsonRead.Skip(ref r);
        }
        if (string.IsNullOrEmpty(criteria)) throw new RecordException("a CPE match has no name", r.TokenStartIndex);
        if (!criteria.StartsWith("cpe:2.3:", StringComparison.Ordinal)) throw new RecordException($"'{criteria}' is not a CPE 2.3 name", r.TokenStartIndex);
        _matches.Add(new CpeMatch(node, vulnerable, criteria, from, fromIncluded, to, toIncluded));
    }

    private void Bound(ref Utf8JsonReader r, ref string? bound, ref bool included, bool includes, string what)
    {
        var at = r.TokenStartIndex;
        var value = JsonRead.Text(ref r, _cache, what);
        if (value is null) return;
        if (bound is not null) throw new RecordException($"{what} is given twice", at);
        bound = value;
        included = includes;
    }
}
