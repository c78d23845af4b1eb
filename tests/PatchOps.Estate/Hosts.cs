using PatchOps.Domain;

namespace PatchOps.Estate;

/// <summary>Some 200 hosts: sites, stages, clusters, dependencies, windows.</summary>
internal static class Hosts
{
    private static readonly (string Code, string Zone)[] Sites = [("fra", "Europe/Berlin"), ("nyc", "America/New_York"), ("sin", "Asia/Singapore")];

    /// <summary>Role, family, count, cluster size (1: none), owner, criticality in production.</summary>
    private static readonly (string Role, string Family, int Count, int Cluster, string Team, int Criticality)[] Roles =
    [
        ("web", Debian, 40, 3, "Web Platform", 4),
        ("app", Debian, 25, 2, "Application Services", 4),
        ("app", Alma, 15, 2, "Application Services", 4),
        ("db", Debian, 24, 2, "Data Platform", 5),
        ("db", Alma, 6, 2, "Data Platform", 5),
        ("proxy", Alma, 12, 2, "Network Edge", 5),
        ("cache", Alma, 14, 2, "Data Platform", 3),
        ("batch", Alma, 20, 1, "Application Services", 3),
        ("mail", Debian, 10, 2, "Workplace", 3),
        ("monitor", Debian, 8, 1, "Operations", 2),
        ("file", Windows, 16, 2, "Workplace", 3),
        ("directory", Windows, 10, 2, "Identity", 5),
    ];

    private static readonly Dictionary<string, string[]> Needs = new(StringComparer.Ordinal)
    {
        ["proxy"] = ["web"],
        ["web"] = ["app"],
        ["app"] = ["db", "cache"],
        ["batch"] = ["db"],
        ["mail"] = ["directory"],
        ["file"] = ["directory"],
    };

    private static readonly string[] Units = ["Retail", "Logistics", "Finance", "Corporate"];

    public const string Debian = "Debian 12";
    public const string Alma = "AlmaLinux 9";
    public const string Windows = "Windows Server 2022";

    public static string Role(Asset asset) => asset.Tags.First(t => t.StartsWith("role:", StringComparison.Ordinal))[5..];

    public static IReadOnlyList<Asset> Make(Dice dice)
    {
        var hosts = new List<Asset>();
        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (role, family, count, size, team, criticality) in Roles)
        {
            var at = 0;
            var group = 0;
            while (at < count)
            {
                group++;
                var members = Math.Min(size, count - at);
                var stage = Stage(at, count);
                var site = Sites[group % 3];
                var cluster = members > 1 && stage >= AssetEnvironment.Staging ? $"{role}-{(family == Alma ? "rh" : family == Windows ? "win" : "deb")}-{Short(stage)}-{site.Code}-{group}" : null;
                var unit = dice.Pick(Units);
                var window = Window(stage, dice);
                for (var member = 0; member < members; member++, at++)
                {
                    var number = numbers[role] = numbers.GetValueOrDefault(role) + 1;
                    hosts.Add(One(role, family, number, site, stage, unit, team, cluster, members, window, criticality, dice));
                }
            }
        }
        return [.. hosts.Select(h => h with { DependsOn = DependsOn(h, hosts, dice) })];
    }

    private static Asset One(
        string role, string family, int number, (string Code, string Zone) site, AssetEnvironment stage, string unit, string team, string? cluster, int members,
        string window, int criticality, Dice dice)
    {
        var production = stage == AssetEnvironment.Production;
        var name = FormattableString.Invariant($"{role}{number:00}");
        var tags = new List<string> { $"role:{role}", $"site:{site.Code}" };
        if (production && dice.Chance(0.15)) tags.Add("canary");
        return new Asset
        {
            Id = $"{name}.{site.Code}.example.com",
            Name = name,
            Transport = family == Windows ? TransportKind.PSSession : TransportKind.Ssh,
            User = family == Windows ? null : "patchops",
            Provider = family == Debian ? "apt" : family == Alma ? "dnf" : null,
            OperatingSystem = family,
            Environment = stage,
            BusinessUnit = unit,
            OwnerTeam = team,
            Criticality = production ? criticality : Math.Max(1, criticality - (stage == AssetEnvironment.Staging ? 2 : 3)),
            Exposure = !production ? (stage == AssetEnvironment.Staging ? AssetExposure.Internal : AssetExposure.Isolated)
                : role is "proxy" or "mail" ? AssetExposure.Internet
                : role == "web" ? AssetExposure.Partner
                : AssetExposure.Internal,
            DataSensitivity = !production ? DataSensitivity.Internal
                : role is "db" or "directory" ? DataSensitivity.Restricted
                : role is "app" or "file" or "mail" or "batch" ? DataSensitivity.Confidential
                : DataSensitivity.Internal,
            Regulations = !production ? []
                : unit == "Finance" && role is ("db" or "app") ? ["SOX", "GDPR"]
                : unit == "Retail" && role is ("db" or "proxy") ? ["PCI DSS", "GDPR"]
                : role is "db" or "mail" or "file" ? ["GDPR"]
                : [],
            Cluster = cluster,
            MinAvailable = cluster is null ? null : members - 1,
            TimeZone = site.Zone,
            MaintenanceWindow = window,
            EndOfSupport = family == Debian ? new DateOnly(2028, 6, 30) : family == Alma ? new DateOnly(2032, 5, 31) : new DateOnly(2031, 10, 14),
            Hosting = dice.Chance(0.35) ? Hosting.Cloud : Hosting.OnPremises,
            Tags = tags,
        };
    }

    /// <summary>Of ten hosts five serve production, two staging, the rest test and development.</summary>
    private static AssetEnvironment Stage(int at, int count) => ((double)at / count) switch
    {
        < 0.5 => AssetEnvironment.Production,
        < 0.7 => AssetEnvironment.Staging,
        < 0.85 => AssetEnvironment.Test,
        _ => AssetEnvironment.Development,
    };

    private static string Short(AssetEnvironment stage) => stage == AssetEnvironment.Production ? "prod" : "stg";

    private static string Window(AssetEnvironment stage, Dice dice) => stage switch
    {
        AssetEnvironment.Production => dice.Pick(["Sat 22:00-02:00", "Sun 02:00-06:00", "2nd Tue +4d 22:00 PT4H", "Wed 23:00-03:00", "1st,3rd Sun 04:00 4h"]),
        AssetEnvironment.Staging => dice.Pick(["Tue,Thu 21:00 PT3H", "Wed 20:00-23:00"]),
        AssetEnvironment.Test => "Mon-Fri 20:00 PT2H",
        _ => "daily 03:00 90m",
    };

    private static IReadOnlyList<string> DependsOn(Asset host, List<Asset> all, Dice dice)
    {
        if (!Needs.TryGetValue(Role(host), out var roles)) return [];
        var names = new List<string>();
        foreach (var role in roles)
        {
            var near = all.Where(a => Role(a) == role && a.Environment == host.Environment && a.TimeZone == host.TimeZone).ToArray();
            if (near.Length == 0) near = all.Where(a => Role(a) == role && a.Environment == host.Environment).ToArray();
            if (near.Length > 0) names.Add(dice.Pick(near).Id);
        }
        return names;
    }
}
