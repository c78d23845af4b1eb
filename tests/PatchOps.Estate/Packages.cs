using PatchOps.Domain;

namespace PatchOps.Estate;

/// <summary>What is installed where: real packages, and versions that they really had.</summary>
internal sealed class Packages
{
    private static readonly Dictionary<string, string[]> DebianBinaries = new(StringComparer.Ordinal)
    {
        ["openssl"] = ["openssl", "libssl3"], ["glibc"] = ["libc6", "libc-bin", "locales"], ["openssh"] = ["openssh-server", "openssh-client"],
        ["curl"] = ["curl", "libcurl4"], ["expat"] = ["libexpat1"], ["git"] = ["git"], ["gnutls28"] = ["libgnutls30"], ["krb5"] = ["libkrb5-3"],
        ["libarchive"] = ["libarchive13"], ["libxml2"] = ["libxml2"], ["nghttp2"] = ["libnghttp2-14"], ["systemd"] = ["systemd", "libsystemd0", "udev"],
        ["sudo"] = ["sudo"], ["util-linux"] = ["util-linux", "mount", "fdisk"], ["vim"] = ["vim-common", "vim-tiny"], ["python3.11"] = ["python3.11", "python3.11-minimal"],
        ["apache2"] = ["apache2", "apache2-bin", "apache2-utils"], ["php8.2"] = ["php8.2-cli", "php8.2-common", "php8.2-fpm"], ["tiff"] = ["libtiff6"],
        ["python-cryptography"] = ["python3-cryptography"], ["postgresql-15"] = ["postgresql-15", "postgresql-client-15"], ["unbound"] = ["unbound", "libunbound8"],
        ["bind9"] = ["bind9-dnsutils", "bind9-libs"], ["avahi"] = ["avahi-daemon"], ["redis"] = ["redis-server", "redis-tools"], ["samba"] = ["samba-libs", "smbclient"],
        ["cups"] = ["libcups2"], ["haproxy"] = ["haproxy"],
    };

    private static readonly Dictionary<string, string[]> AlmaBinaries = new(StringComparer.Ordinal)
    {
        ["openssl"] = ["openssl", "openssl-libs"], ["openssh"] = ["openssh", "openssh-server", "openssh-clients"], ["glibc"] = ["glibc", "glibc-common", "glibc-langpack-en"],
        ["curl"] = ["curl", "libcurl"], ["httpd"] = ["httpd", "httpd-core"], ["bind"] = ["bind-libs", "bind-utils"], ["kernel"] = ["kernel", "kernel-core", "kernel-modules"],
        ["libxml2"] = ["libxml2"], ["expat"] = ["expat"], ["gnutls"] = ["gnutls"], ["nghttp2"] = ["libnghttp2"], ["python3.9"] = ["python3", "python3-libs"],
        ["git"] = ["git-core"], ["rsync"] = ["rsync"], ["tomcat"] = ["tomcat", "tomcat-lib"], ["haproxy"] = ["haproxy"], ["redis"] = ["redis"], ["sudo"] = ["sudo"],
        ["systemd"] = ["systemd", "systemd-libs"], ["mariadb"] = ["mariadb", "mariadb-server"], ["samba"] = ["samba-client-libs"], ["libssh"] = ["libssh"],
    };

    private static readonly string[] DebianCommon =
        ["openssl", "glibc", "openssh", "curl", "expat", "gnutls28", "krb5", "libarchive", "libxml2", "nghttp2", "systemd", "sudo", "util-linux", "vim", "python3.11"];

    private static readonly string[] AlmaCommon =
        ["openssl", "openssh", "glibc", "curl", "kernel", "libxml2", "expat", "gnutls", "nghttp2", "python3.9", "sudo", "systemd", "libssh"];

    private static readonly Dictionary<string, string[]> DebianRoles = new(StringComparer.Ordinal)
    {
        ["web"] = ["apache2", "php8.2", "tiff"], ["app"] = ["python-cryptography", "git", "redis"], ["db"] = ["postgresql-15"],
        ["mail"] = ["unbound", "bind9"], ["monitor"] = ["avahi", "samba", "cups", "haproxy"],
    };

    private static readonly Dictionary<string, string[]> AlmaRoles = new(StringComparer.Ordinal)
    {
        ["app"] = ["tomcat", "httpd"], ["db"] = ["mariadb"], ["proxy"] = ["haproxy", "bind"], ["cache"] = ["redis"], ["batch"] = ["rsync", "git", "samba"],
    };

    private readonly Dictionary<(string Host, string Source), int> _levels = [];

    public Packages(IReadOnlyList<Asset> hosts, IReadOnlySet<(string Host, string Advisory)> patched, Dice dice)
    {
        foreach (var host in hosts)
        {
            foreach (var source in Sources(host)) _levels[(host.Id, source)] = Level(Versions(host, source).Length, dice);
            // What is known to be exploited has been dealt with by now, except where a problem says otherwise.
            foreach (var fix in Facts.Fixes.Where(f => f.Ecosystem == Ecosystem(host) && Facts.Kev.Any(k => f.Cves.Contains(k.Cve)))) Raise(host, fix);
        }
        foreach (var scenario in Scenarios.All)
        {
            var fix = scenario.Fix;
            var at = At(fix);
            if (at == 0) throw new InvalidOperationException($"{fix.Advisory}: no version of {fix.Source} comes before {fix.Fixed}.");
            foreach (var host in hosts.Where(scenario.On))
            {
                var key = (host.Id, fix.Source);
                _levels[key] = patched.Contains((host.Id, scenario.Advisory)) ? Math.Max(at, _levels[key]) : at - 1;
            }
        }
    }

    public static string Ecosystem(Asset host) => host.OperatingSystem switch
    {
        Hosts.Debian => "Debian:12",
        Hosts.Alma => "AlmaLinux:9",
        _ => "Windows",
    };

    /// <summary>Whether the fix is installed by the end of the history.</summary>
    public bool Has(Asset host, FixFact fix) =>
        Ecosystem(host) == fix.Ecosystem && _levels.TryGetValue((host.Id, fix.Source), out var level) && level >= At(fix);

    public IEnumerable<Software> On(Asset host)
    {
        var ecosystem = Ecosystem(host);
        if (host.OperatingSystem == Hosts.Debian)
            foreach (var row in Facts.Base)
                if (!_levels.ContainsKey((host.Id, row[2])))
                    yield return new Software { Asset = host.Id, Package = row[0], Version = row[1], Source = row[2], Architecture = row[3], Ecosystem = ecosystem };
        foreach (var source in Sources(host))
        {
            var version = Versions(host, source)[_levels[(host.Id, source)]];
            foreach (var package in Binaries(host, source))
                yield return new Software
                {
                    Asset = host.Id,
                    Package = package,
                    Version = version,
                    Ecosystem = ecosystem,
                    Architecture = ecosystem == "Debian:12" ? (package == "locales" || package == "vim-common" ? "all" : "amd64") : ecosystem == "Windows" ? "x64" : "x86_64",
                    Source = ecosystem == "Windows" ? null : source,
                };
        }
    }

    private static int At(FixFact fix)
    {
        var at = Array.IndexOf(Facts.Versions[(fix.Ecosystem, fix.Source)], fix.Fixed);
        return at >= 0 ? at : throw new InvalidOperationException($"{fix.Advisory}: {fix.Fixed} is not among the versions of {fix.Source}.");
    }

    private static string[] Versions(Asset host, string source) => Facts.Versions[(Ecosystem(host), source)];

    private static string[] Binaries(Asset host, string source) => host.OperatingSystem switch
    {
        Hosts.Debian => DebianBinaries[source],
        Hosts.Alma => AlmaBinaries[source],
        _ => [source],
    };

    private static IEnumerable<string> Sources(Asset host) => host.OperatingSystem switch
    {
        Hosts.Debian => DebianCommon.Concat(DebianRoles[Hosts.Role(host)]),
        Hosts.Alma => AlmaCommon.Concat(AlmaRoles[Hosts.Role(host)]),
        _ => ["Windows Server 2022"],
    };

    private void Raise(Asset host, FixFact fix)
    {
        if (!_levels.TryGetValue((host.Id, fix.Source), out var level)) return;
        _levels[(host.Id, fix.Source)] = Math.Max(level, At(fix));
    }

    /// <summary>Most packages are up to date, some lag a little, few are old.</summary>
    private static int Level(int versions, Dice dice)
    {
        var roll = dice.Next();
        if (roll < 0.72) return versions - 1;
        if (roll < 0.93) return versions - 1 - dice.Below((versions + 2) / 3);
        return dice.Below(versions);
    }
}
