using System.Text;
using PatchOps.Core.Intake;
using PatchOps.Core.Seams;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds.Apt;

/// <summary>apt repository metadata: Packages and Sources; a Release file, which has no items, says date and origin.</summary>
public sealed class AptReader : IFeedReader
{
    public FeedKind Kind => FeedKind.AptRepository;

    public bool IsSnapshot => false;

    public bool Recognises(ReadOnlySpan<byte> head, string name)
    {
        var end = head.IndexOf("\n\n"u8);
        var stanza = Encoding.UTF8.GetString(end < 0 ? head : head[..end]);
        var lines = stanza.Split('\n');
        bool Has(string field) => Array.Exists(lines, l => l.StartsWith(field + ":", StringComparison.Ordinal));
        // A status file of dpkg is an inventory.
        if (Has("Package") && Has("Version") && !Has("Status")) return true;
        return Has("Codename") && (Has("Suite") || Has("Origin")) && (Has("Components") || Has("Architectures"));
    }

    public IEnumerable<FeedItem> Read(Stream stream, FeedContext context) => new AptStanzas(stream, context).Items();
}
