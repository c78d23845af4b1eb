using System.Management.Automation;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using PatchOps.Domain.Facts;

namespace PatchOps.Module.Cmdlets.Intake;

/// <summary>Downloads feeds and imports what changed since the last time.</summary>
[Cmdlet(VerbsData.Update, "PatchFeed", SupportsShouldProcess = true)]
[OutputType(typeof(ImportResult))]
public sealed class UpdatePatchFeedCommand : OperationCmdlet
{
    /// <summary>Feeds: Kev, Epss, Nvd, Osv, Csaf, Msrc, DebianTracker. Default: Kev, Epss and Nvd. NVD is faster with a key in $NVD_API_KEY.</summary>
    [Parameter(Position = 0)]
    public FeedName[] Name { get; set; } = [];

    /// <summary>Parts of a feed: ecosystems of OSV (default: those of installed packages), providers of CSAF (domain, or address of provider-metadata.json).</summary>
    [Parameter]
    public string[] Source { get; set; } = [];

    /// <summary>Address of a mirror, for one feed.</summary>
    [Parameter, Alias("Uri")]
    public string? BaseUri { get; set; }

    /// <summary>Where nothing was taken over yet: only what changed since. Default: everything; of EPSS the newest day.</summary>
    [Parameter]
    public DateTimeOffset? Since { get; set; }

    /// <summary>Proxy; default: that of the environment ($HTTPS_PROXY, $NO_PROXY) or system.</summary>
    [Parameter]
    public string? Proxy { get; set; }

    /// <summary>Time for one document; default: 30 minutes. A server that is silent for a minute is given up sooner.</summary>
    [Parameter]
    public TimeSpan TimeLimit { get; set; }

    protected override void ProcessRecord() => Pump(Bind<UpdateFeedRequest>());
}
