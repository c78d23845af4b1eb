using PatchOps.Adapters.Providers.Rpm;
using PatchOps.Adapters.Transports;
using PatchOps.Adapters.Transports.Ssh;
using PatchOps.Core.Seams;

namespace PatchOps.Lab.Tests;

/// <summary>Gives a lab host packages and a repository for rpm beside its own: real dnf and zypper, the host's own rpm database.</summary>
internal static class RpmHost
{
    /// <summary>Tools that have to be there, with the Debian packages that bring them.</summary>
    public static string? Missing(string tool)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/bin");
        var lacks = new[] { tool, "rpm", "rpmbuild", "createrepo_c" }.Where(t => !path.Any(f => File.Exists(Path.Combine(f, t)))).ToList();
        return lacks.Count == 0 ? null : $"not installed: {string.Join(", ", lacks)} (packages dnf, zypper, rpm, createrepo-c)";
    }

    // Scriptlets are in rpm's own Lua, since no rpm package gives these hosts a shell. Each that ends writes a line of log.
    private const string Build = """
        set -e
        # Debian's rpm keeps its database in the caller's home, where libzypp does not look.
        mkdir -p /etc/rpm
        echo '%_dbpath /var/lib/rpm' >/etc/rpm/macros
        mkdir -p /srv/rpm /tmp/rpm && cd /tmp/rpm
        make() {
            name=$1 version=$2 requires=$3 script=$4
            {
                printf 'Name: %s\nVersion: %s\nRelease: 1\nSummary: lab\nLicense: none\nBuildArch: noarch\n' "$name" "$version"
                [ -z "$requires" ] || echo "Requires: $requires"
                printf '%%description\nlab\n%%install\nmkdir -p %%{buildroot}/usr/share/po-rpm\necho %s >%%{buildroot}/usr/share/po-rpm/%s\n' "$version" "$name"
                [ -z "$script" ] || printf '%s\n' "$script"
                printf '%%posttrans -p <lua>\nlocal f = io.open("/var/log/po-rpm.log", "a") f:write("%s %s\\n") f:close()\n%%files\n/usr/share/po-rpm/%s\n' "$name" "$version" "$name"
            } >"$name.spec"
            rpmbuild -bb --quiet --define "_topdir /tmp/rpm/b" --define "_rpmdir /srv/rpm" "$name.spec" >/dev/null 2>&1
        }
        for v in 1.0 1.1; do make po-good $v; make po-lib $v; done
        make po-failing 1.0; make po-failing 1.1 '' '%pre -p <lua>
        error("cannot convert the data")'
        make po-hanging 1.0; make po-hanging 1.1 '' '%post -p <lua>
        posix.sleep(3600)'
        make po-withdrawn 1.0; make po-withdrawn 1.2
        make po-app 1.0; make po-app 1.1 'po-lib >= 1.1'
        createrepo_c -q /srv/rpm
        mkdir -p /etc/yum.repos.d /etc/zypp/repos.d /etc/dnf
        printf '[main]\ngpgcheck=0\n' >/etc/dnf/dnf.conf
        rm -f /etc/yum.repos.d/* /etc/zypp/repos.d/*
        printf '[po]\nname=po\nenabled=1\ngpgcheck=0\nbaseurl=file:///srv/rpm\n' >/etc/yum.repos.d/po.repo
        printf '[po]\nname=po\nenabled=1\nautorefresh=1\ngpgcheck=0\ntype=rpm-md\nbaseurl=dir:///srv/rpm\n' >/etc/zypp/repos.d/po.repo
        rpm -U --force /srv/rpm/noarch/*-1.0-1.noarch.rpm >/dev/null 2>&1 || rpm -U --force /srv/rpm/noarch/*-1.0-1.noarch.rpm
        rm -f /var/log/po-rpm.log
        """;

    public static async Task PrepareAsync(IHostTransport host)
    {
        var built = await host.RunAsync(new HostCommand(["sh", "-c", "[ ! -e /srv/rpm/ready ] || exit 0\n" + Build + "\n: >/srv/rpm/ready"], TimeSpan.FromMinutes(5), elevated: true), default);
        Assert.True(built.Succeeded, built.Failure?.Message ?? built.StandardOutput + built.StandardError);
    }
}

/// <summary>The laws of providers on real rpm.</summary>
public abstract class RpmProviderLaws(LabFixture lab, string tool, string host) : ProviderLaws
{
    protected abstract IPatchProvider Provider { get; }

    protected override string Version(string version) => version + "-1";

    // dnf alone takes two seconds to start on a busy machine.
    protected override int ShortLimit => 25;

    protected override async Task<(IHostTransport Host, IPatchProvider Provider)> OpenAsync()
    {
        Skip.If(RpmHost.Missing(tool) is not null, RpmHost.Missing(tool));
        await lab.RequireAsync();
        var transport = lab.Open(host);
        await RpmHost.PrepareAsync(transport);
        return (transport, Provider);
    }

    protected override async Task<(IHostTransport Host, IPatchProvider Provider)> OpenDeadAsync()
    {
        Skip.If(RpmHost.Missing(tool) is not null, RpmHost.Missing(tool));
        await lab.RequireAsync();
        return (lab.Open(new SshEndpoint("dead", lab.Addresses["h1"]) { Port = 3 }), Provider);
    }

    protected override async Task<int> UpgradesAsync(IHostTransport transport, string package)
    {
        var log = await transport.RunAsync(new HostCommand(["sh", "-c", "grep -c \"^$1 1.1\" /var/log/po-rpm.log || :", "sh", package], TimeSpan.FromSeconds(10)), default);
        return int.TryParse(log.StandardOutput, out var count) ? count : 0;
    }

    [SkippableFact]
    public async Task What_was_not_approved_stops_the_whole_call_before_anything_changes()
    {
        var (transport, provider) = await OpenAsync();
        PackageChange[] app = [new("p", "po-app", "1.0-1", "1.1-1")];
        var report = await provider.ApplyAsync(transport, app, NewKey(), default);
        Assert.True(report.Refused, report.Failure?.Message ?? report.Step.StandardOutput);
        Assert.Equal("UnapprovedChange", report.Failure!.Code);
        Assert.Contains("po-lib=1.1-1", report.Failure.Message, StringComparison.Ordinal);
        Assert.True((await provider.VerifyAsync(transport, app, TimeSpan.FromSeconds(30), default)).AllReverted);

        PackageChange[] both = [.. app, new("p", "po-lib", "1.0-1", "1.1-1")];
        Assert.Null((await provider.StageAsync(transport, both, NewKey(), default)).Failure);
        Assert.Null((await provider.ApplyAsync(transport, both, NewKey(), default)).Failure);
        Assert.True((await provider.VerifyAsync(transport, both, TimeSpan.FromSeconds(30), default)).AllApplied);
        Assert.Null((await provider.RevertAsync(transport, both, NewKey(), default)).Failure);
        Assert.True((await provider.VerifyAsync(transport, both, TimeSpan.FromSeconds(30), default)).AllReverted);
    }

    [SkippableFact]
    public async Task The_list_of_versions_leads_back_whatever_was_changed()
    {
        var (transport, provider) = await OpenAsync();
        var snapshots = new RpmVersionSnapshots(tool);
        Assert.Equal(0, (await snapshots.TakeAsync(transport, "snap-1", NewKey(), default)).ExitCode);
        Assert.Contains((await snapshots.ListAsync(transport, TimeSpan.FromSeconds(30), default)).Snapshots, s => s.Id == "snap-1");
        PackageChange[] good = [new("p", "po-good", "1.0-1", "1.1-1")];
        Assert.Null((await provider.ApplyAsync(transport, good, NewKey(), default)).Failure);
        var restored = await snapshots.RestoreAsync(transport, "snap-1", NewKey(), default);
        Assert.True(restored.ExitCode == 0, restored.StandardError);
        Assert.True((await provider.VerifyAsync(transport, good, TimeSpan.FromSeconds(30), default)).AllReverted);
        await snapshots.RemoveAsync(transport, "snap-1", NewKey(), default);
        Assert.DoesNotContain((await snapshots.ListAsync(transport, TimeSpan.FromSeconds(30), default)).Snapshots, s => s.Id == "snap-1");
    }
}

[Collection(LabCollection.Name)]
public sealed class DnfProviderLaws(LabFixture lab) : RpmProviderLaws(lab, "dnf", "h3")
{
    protected override IPatchProvider Provider => RpmProviders.Dnf();
}

[Collection(LabCollection.Name)]
public sealed class ZypperProviderLaws(LabFixture lab) : RpmProviderLaws(lab, "zypper", "h4")
{
    protected override IPatchProvider Provider => RpmProviders.Zypper();
}
