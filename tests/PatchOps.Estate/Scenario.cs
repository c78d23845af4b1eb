using PatchOps.Domain;

namespace PatchOps.Estate;

/// <summary>One problem and what is planted about it. Rates are incidents per host and day.</summary>
internal sealed record Scenario(string Id, string Title, string Category, string Advisory)
{
    /// <summary>Hosts on which the problem occurs.</summary>
    public required Func<Asset, bool> On { get; init; }

    public required double Rate { get; init; }

    /// <summary>Days since the history's start on which waves were deployed; none: not deployed yet.</summary>
    public int[] Waves { get; init; } = [];

    /// <summary>How many of the hosts were patched; the others serve as controls.</summary>
    public double Patched { get; init; } = 1;

    /// <summary>Rate after the deployment over the rate before.</summary>
    public double Effect { get; init; } = 1;

    /// <summary>Day on which the old rate returns.</summary>
    public int? Returns { get; init; }

    /// <summary>Category of the incidents that replace those that went.</summary>
    public string? Replacement { get; init; }

    public EffectivenessVerdict? Truth { get; init; }

    public string Priority { get; init; } = "3";

    public string? Workaround { get; init; }

    public string? RootCause { get; init; }

    public bool KnownError { get; init; }

    public int Opened { get; init; } = 30;

    public string[] Descriptions { get; init; } = [];

    public FixFact Fix => Facts.Fixes.First(f => f.Advisory == Advisory);
}

/// <summary>The twelve problems.</summary>
internal static class Scenarios
{
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("PRB0001", "Web requests stall under HTTP/2 load", "Web timeout", "DEBIAN-CVE-2024-28182")
        {
            On = a => Is(a, "web", Hosts.Debian), Rate = 0.020, Waves = [198, 205, 212, 219], Patched = 0.7, Effect = 0.18, Priority = "2",
            Truth = EffectivenessVerdict.Effective, RootCause = "Header frames are gathered without a bound in the HTTP/2 library", Opened = 61,
            Workaround = "Restart the web service when worker memory passes 80 %",
            Descriptions = ["Pages time out, workers are busy with one connection", "Shop front answers after 30 s or not at all", "Monitoring: HTTP check exceeded 10 s"],
        },
        new("PRB0002", "Nightly jobs hang before they commit", "Job hang", "ALSA-2024:4078")
        {
            On = a => Is(a, "batch", Hosts.Alma) || Is(a, "app", Hosts.Alma), Rate = 0.060, Waves = [199, 200], Effect = 1,
            Truth = EffectivenessVerdict.NotEffective, RootCause = "Suspected: temporary folders of the Python runtime", Opened = 20,
            Descriptions = ["Job did not finish by 06:00", "Worker process idle, file lock held", "Import stopped without a message"],
        },
        new("PRB0003", "Database refuses connections at peak", "Database connection refused", "DEBIAN-CVE-2025-8714")
        {
            On = a => Is(a, "db", Hosts.Debian), Rate = 0.030, Waves = [194, 196], Effect = 0.15, Replacement = "Database query slow", Priority = "2",
            Truth = EffectivenessVerdict.Masked, RootCause = "Connection slots run out", Opened = 44,
            Descriptions = ["Application log: too many clients", "Connection pool could not open a session", "Login to the database failed at peak"],
        },
        new("PRB0004", "Application workers crash on malformed mail addresses", "Application crash", "DEBIAN-CVE-2023-27043")
        {
            On = a => Is(a, "app", Hosts.Debian), Rate = 0.021, Waves = [201, 204], Effect = 2.2,
            Truth = EffectivenessVerdict.Worse, RootCause = "Address parsing raises where callers do not expect it", Opened = 75,
            Descriptions = ["Worker exited with status 1", "Order form returns an error page", "Service restarted by its watchdog"],
        },
        new("PRB0005", "Encrypted sessions are dropped", "Session dropped", "ALSA-2025:7076")
        {
            On = a => Is(a, "proxy", Hosts.Alma) || Is(a, "cache", Hosts.Alma), Rate = 0.028, Waves = [186, 193], Effect = 0.08, Returns = 273, Priority = "2",
            Truth = EffectivenessVerdict.Recurred, RootCause = "Certificate chains with many names exhaust the TLS library", Opened = 52,
            Descriptions = ["Clients lose their session after the handshake", "TLS alert in the proxy's log", "Users were signed out at once"],
        },
        new("PRB0006", "Alerts are not delivered to the pager gateway", "Alert delivery", "DEBIAN-CVE-2023-27534")
        {
            On = a => Is(a, "monitor", Hosts.Debian) || Is(a, "mail", Hosts.Debian), Rate = 0.005, KnownError = true, Opened = 140,
            Workaround = "Send the queue by hand: run the resend job", RootCause = "Path handling in the transfer library", Descriptions = ["Pager stayed silent during an outage", "Alert queue grows"],
        },
        new("PRB0007", "Replica stops applying changes", "Replication stopped", "ALSA-2025:0914")
        {
            On = a => Is(a, "db", Hosts.Alma), Rate = 0.011, Opened = 210, Priority = "2",
            Workaround = "Skip the statement and start the replica again", RootCause = "Server stops in the dump tool's session", Descriptions = ["Replica is 2 h behind", "Replication thread ended with an error"],
        },
        new("PRB0008", "File shares hang after idle time", "File share hang", "MSRC-CVE-2024-38080")
        {
            On = a => Is(a, "file", Hosts.Windows), Rate = 0.006, Opened = 180, KnownError = true,
            Workaround = "Restart the server service outside business hours", Descriptions = ["Mapped drive does not answer", "Users cannot open documents from the share"],
        },
        new("PRB0009", "PHP workers end with segmentation faults", "PHP worker crash", "DEBIAN-CVE-2024-8926")
        {
            On = a => Is(a, "web", Hosts.Debian) && a.Environment == AssetEnvironment.Production, Rate = 0.004, Opened = 250, Priority = "2",
            RootCause = "Under analysis", Descriptions = ["Checkout shows a blank page", "PHP worker ended with signal 11"],
        },
        new("PRB0010", "Uploads corrupt sessions of other users", "Session mix-up", "ALSA-2025:3645")
        {
            On = a => Is(a, "app", Hosts.Alma), Rate = 0.005, Opened = 290, Priority = "1",
            Workaround = "Partial uploads are blocked at the proxy", RootCause = "Partial writes reuse a temporary file name", Descriptions = ["User saw another user's basket", "Upload ended with a half-written file"],
        },
        new("PRB0011", "Kernel stalls when video devices are probed", "Kernel stall", "ALSA-2025:1262")
        {
            On = a => Is(a, "batch", Hosts.Alma) && a.Environment >= AssetEnvironment.Staging, Rate = 0.005, Opened = 120, KnownError = true, Priority = "4",
            Workaround = "The driver is on the module deny list", RootCause = "Frame parsing writes past its buffer", Descriptions = ["Host did not answer for two minutes", "Soft lockup in the console log"],
        },
        new("PRB0012", "Name resolution fails for a moment", "Name resolution", "DEBIAN-CVE-2024-33655")
        {
            On = a => Is(a, "mail", Hosts.Debian), Rate = 0.003, Waves = [381, 383], Effect = 0.5, Opened = 330,
            Truth = EffectivenessVerdict.Inconclusive, RootCause = "Resolver drops answers under pulsing load", Descriptions = ["Host name could not be resolved", "Mail deferred: no answer from the resolver"],
        },
    ];

    private static bool Is(Asset asset, string role, string family) => Hosts.Role(asset) == role && asset.OperatingSystem == family;
}
