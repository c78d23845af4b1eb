using PatchOps.Adapters.Feeds.Csaf;
using PatchOps.Adapters.Feeds.Apt;
using PatchOps.Adapters.Feeds.CveRecords;
using PatchOps.Adapters.Feeds.Cvrf;
using PatchOps.Adapters.Feeds.DebianTracker;
using PatchOps.Adapters.Feeds.Epss;
using PatchOps.Adapters.Feeds.Kev;
using PatchOps.Adapters.Feeds.Nvd;
using PatchOps.Adapters.Feeds.OpenVex;
using PatchOps.Adapters.Feeds.Osv;
using PatchOps.Adapters.Feeds.Rpm;
using PatchOps.Core.Seams;
using PatchOps.Domain.Facts;

namespace PatchOps.Adapters.Feeds;

/// <summary>Every reader there is.</summary>
public static class FeedReaders
{
    /// <summary>In the order in which they are asked.</summary>
    public static IReadOnlyList<IFeedReader> All { get; } =
    [
        new KevReader(), new EpssReader(), new NvdReader(), new CveRecordReader(), new OsvReader(), new CsafReader(), new OpenVexReader(),
        new DebianTrackerReader(), new CvrfReader(), new RpmReader(), new AptReader(),
    ];

    /// <exception cref="ArgumentOutOfRangeException"><paramref name="kind"/> is Auto.</exception>
    public static IFeedReader Of(FeedKind kind) =>
        All.FirstOrDefault(r => r.Kind == kind) ?? throw new ArgumentOutOfRangeException(nameof(kind), kind, "No reader has this kind.");
}
