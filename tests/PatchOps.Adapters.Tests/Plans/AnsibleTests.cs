using System.Diagnostics;
using System.Text.Json;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Plans;

/// <summary>What Ansible itself makes of an exported plan.</summary>
public sealed class AnsibleTests
{
    private const string Policy =
        """
        planning:
          maxConcurrent: 1
          probes:
            - { kind: Http, target: "http://{host}/it's {{ lookup('env','HOME') }}" }
            - { kind: Tcp, target: 443, packages: [demo] }
            - { kind: Command, target: "echo \"{{ 1 }}\" | grep -q '1'" }
            - { kind: Service, target: cron }
            - { kind: Log, target: "/var/log/syslog panic" }
          tests: [{ name: "the {{ cart }}", kind: Command, target: "true", for: { tags: [till] } }]
          quiesce: [{ name: jobs, take: [systemctl, stop, cron], putBack: [systemctl, start, cron] }]
        """;

    [SkippableFact]
    public async Task Ansible_reads_the_plan_with_the_same_waves_hosts_order_and_versions()
    {
        Skip.IfNot(Run("ansible-playbook", "--version").Code == 0, "ansible-core is not installed");
        await using var estate = await PlanEstate.MakeAsync();
        await estate.HostsAsync([PlanEstate.Host(1) with { Tags = ["till"], Address = "192.0.2.7", Port = 2222, User = "ops" }, PlanEstate.Host(2) with { Name = "web[1:9] {{ x }}" }]);
        await estate.HostsAsync([PlanEstate.Host(4)]);
        await estate.Test.RunAsync(new ImportProblemRequest { InputObject = [new Problem { Id = "PRB2", Status = "Open", ConfigurationItems = ["host-4", "host-3"], Patches = ["KB5040437"] }] });
        var plan = await estate.PlanAsync(new NewPlanRequest { Name = "November", Patch = [PlanEstate.Patch, "KB5040437"], Policy = estate.Test.Write("policy.yaml", Policy), TimeLimit = TimeSpan.Zero });
        var play = estate.Test.PathOf("november.yml");
        var (files, failures, _) = await estate.Test.RunAsync(new ExportPlanRequest { PlanId = plan.Id, Path = play });
        Assert.Empty(failures);
        var inventory = ((FileInfo)files[1]).FullName;
        Assert.EndsWith("november.inventory.yml", inventory, StringComparison.Ordinal);

        var syntax = Run("ansible-playbook", "-i", inventory, play, "--syntax-check");
        Assert.True(syntax.Code == 0, syntax.Output);
        var listed = Run("ansible-playbook", "-i", inventory, play, "--list-hosts");
        Assert.True(listed.Code == 0, listed.Output);
        Assert.Contains("hosts (3)", listed.Output);
        Assert.Contains("hosts (4)", listed.Output);

        using var read = JsonDocument.Parse(Run("ansible-inventory", "-i", inventory, "--list").Output);
        var names = plan.Waves[0].Hosts.Where(h => h.Asset != "host-4").OrderBy(h => h.Start).Select(h => h.Name.StartsWith("web", StringComparison.Ordinal) ? "host_" : h.Name).ToList();
        var groups = read.RootElement.GetProperty("wave_1").GetProperty("hosts").EnumerateArray().Select(h => h.GetString()!).ToList();
        Assert.Equal(plan.Waves[0].Hosts.Select(h => h.Start).Distinct().Count(), plan.Waves[0].Hosts.Count);
        Assert.Equal(names.Count, groups.Count);
        Assert.All(names.Zip(groups), pair => Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal));
        var vars = read.RootElement.GetProperty("_meta").GetProperty("hostvars");
        Assert.All(groups, g => Assert.Contains("demo=1.1", vars.GetProperty(g).GetProperty("patchops_packages").GetRawText()));
        Assert.Equal("host-4", read.RootElement.GetProperty("wave_1_manual").GetProperty("hosts")[0].GetString());
        Assert.Contains("KB5040437", vars.GetProperty("host-3").GetProperty("patchops_manual").GetRawText());
        var first = vars.GetProperty("host-1");
        Assert.Contains("192.0.2.7", first.GetProperty("ansible_host").GetRawText());
        Assert.Equal(2222, first.GetProperty("ansible_port").GetInt32());
    }

    private static (int Code, string Output) Run(string program, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true };
            foreach (var argument in arguments) start.ArgumentList.Add(argument);
            start.Environment["ANSIBLE_NOCOLOR"] = "1";
            start.Environment["ANSIBLE_LOCALHOST_WARNING"] = "False";
            start.Environment["LC_ALL"] = "C.UTF-8";
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit(60_000);
            return (process.ExitCode, process.ExitCode == 0 ? output : output + error.GetAwaiter().GetResult());
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (-1, e.Message);
        }
    }
}
