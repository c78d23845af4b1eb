using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using PatchOps.Tests.Waves;
using Xunit.Abstractions;

namespace PatchOps.Lab.Tests.Waves;

/// <summary>
/// The runner's process is killed (SIGKILL) at every entry that a wave on two real hosts appends to its journal: before it is durable, when the
/// effect before it has happened and nobody knows, and after it, when an effect is announced and has not begun. The next runner finishes the wave.
/// </summary>
/// <remarks>One host goes well, over a restart; on the other the probe fails, so that it is led back. Both are quiesced, snapshotted, armed and tested.</remarks>
[Collection(LabCollection.Name)]
public sealed class KilledEverywhereTests(ProductLab lab, ITestOutputHelper output)
{
    private const string Package = "po-restart";

    private static readonly (string Well, string Ill)[] Pairs = [("h21", "h22"), ("h23", "h24"), ("h25", "h26"), ("h27", "h28")];

    private const string Policy = """
        planning:
          canaryShare: 0
          pilotShare: 0
          detectionWindow: 00:00:01
          probeGrace: 00:00:00
          maxConcurrent: 9
          maxConcurrentPerTeam: 9
          maxFailures: 9
          maxFailurePercent: 100
          probes:
            - { kind: Command, target: "test ! -e /srv/ill || grep -qx 1.0 /usr/share/po-restart/version" }
          tests:
            - { name: works, kind: Command, target: "test -s /usr/share/po-restart/version" }
          quiesce:
            - { name: balancer, take: [touch, /srv/drained], putBack: [rm, -f, /srv/drained] }
          conduct: { confirmWithin: 00:10:00 }
        """;

    [SkippableFact]
    public async Task A_kill_at_every_entry_of_the_journal_and_a_resume_end_like_the_undisturbed_run()
    {
        await lab.RequireAsync();
        var watch = Stopwatch.StartNew();
        await using var bench = new Bench(lab);
        foreach (var pair in Pairs) await bench.PrepareAsync(pair, Policy);

        var whole = await bench.TryAsync(Pairs[0], []);
        var (well, ill, own) = (whole.Appends["well"], whole.Appends["ill"], whole.Appends[""]);
        output.WriteLine($"{well} entries of the one host, {ill} of the other, {own} of the wave\n{whole.Facts}");
        Assert.Contains("well: Done", whole.Facts, StringComparison.Ordinal);
        Assert.Contains("ill: RolledBack", whole.Facts, StringComparison.Ordinal);
        Assert.True(well >= 12 && ill >= 14 && own >= 2, whole.Facts);

        // One kill serves both hosts: one stands before its entry, the other after it; then the other way round.
        var trials = new List<string[]>();
        for (var entry = 1; entry <= Math.Max(well, ill); entry++)
        {
            foreach (var (one, other) in new[] { ("before", "after"), ("after", "before") })
                trials.Add([.. new[] { (Name: "well", Count: well, How: one), (Name: "ill", Count: ill, How: other) }.Where(h => entry <= h.Count).Select(h => $"{h.Name}|{entry}|{h.How}")]);
        }
        for (var entry = 1; entry <= own; entry++) trials.AddRange([[$"|{entry}|before"], [$"|{entry}|after"]]);

        var free = new ConcurrentBag<(string, string)>(Pairs);
        var wrong = new ConcurrentBag<string>();
        await Parallel.ForEachAsync(trials, new ParallelOptions { MaxDegreeOfParallelism = Pairs.Length }, async (breaks, _) =>
        {
            Assert.True(free.TryTake(out var pair));
            var trial = await bench.TryAsync(pair, breaks);
            if (trial.Facts != whole.Facts) wrong.Add($"killed at {string.Join(" and ", breaks)}:\n{trial.Facts}");
            free.Add(pair);
        });
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{trials.Count} kills at {2 * (well + ill + own)} points in {watch.Elapsed.TotalSeconds:0} s"));
        Assert.True(wrong.IsEmpty, $"{string.Join("\n\n", wrong)}\n\ninstead of\n{whole.Facts}");
    }

    /// <summary>What a trial came to, the hosts called by their roles, and how many entries of each its undisturbed runner appended.</summary>
    private sealed record Trial(string Facts, IReadOnlyDictionary<string, int> Appends);

    /// <summary>Pairs of hosts, each with a store and an approved plan that every trial gets a copy of.</summary>
    private sealed class Bench(ProductLab lab) : IAsyncDisposable
    {
        private readonly string folder = Directory.CreateTempSubdirectory("patchops-").FullName;
        private readonly ConcurrentDictionary<string, string> plans = new(StringComparer.Ordinal);
        private int copies;

        public async Task PrepareAsync((string Well, string Ill) pair, string policy)
        {
            var file = Path.Combine(folder, "policy.yaml");
            await File.WriteAllTextAsync(file, policy);
            await using var desk = new Desk(lab, null, Path.Combine(folder, pair.Well));
            plans[pair.Well] = (await desk.PlanUnseenAsync($"deb:{Package}/1.1", file, pair.Well, pair.Ill)).Id;
        }

        public async Task<Trial> TryAsync((string Well, string Ill) pair, string[] breaks)
        {
            await Task.WhenAll(ResetAsync(pair.Well, ill: false), ResetAsync(pair.Ill, ill: true));
            var own = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"t{Interlocked.Increment(ref copies)}"));
            Directory.CreateDirectory(own);
            foreach (var name in new[] { "store.db", "store.runs.db" }) File.Copy(Path.Combine(folder, pair.Well, name), Path.Combine(own, name));

            var clock = new JumpingTime();
            string Real(string text) => text.Replace("well", pair.Well, StringComparison.Ordinal).Replace("ill", pair.Ill, StringComparison.Ordinal);
            string Role(string text) => text.Replace(pair.Well, "well", StringComparison.Ordinal).Replace(pair.Ill, "ill", StringComparison.Ordinal);
            var said = await RunAsync(own, plans[pair.Well], [.. breaks.Select(Real)]);
            if (breaks.Length > 0)
            {
                // Killed: its lease has to lapse first, which only the clock decides.
                clock.Jump(RunnerProgram.Lease + TimeSpan.FromMinutes(1));
                await using var next = new Desk(lab, clock, own);
                await next.AskAsync(new InvokeWaveRequest { PlanId = plans[pair.Well], Wave = 1, KeyFile = lab.KeyFile, KnownHostsFile = lab.KnownHosts, IgnoreWindow = true });
            }
            var facts = new List<string>();
            await using (var desk = new Desk(lab, clock, own))
            {
                var request = new GetWaveRequest { PlanId = plans[pair.Well], Wave = 1 };
                facts.Add($"{(await desk.AskAsync(request)).One<WaveStatus>().State}");
                foreach (var run in (await desk.AskAsync(request with { Hosts = true })).All<HostRun>()) facts.Add($"{run.Asset}: {run.State}, {string.Join("; ", run.Changes)}, {await FactsAsync(run.Asset)}");
                await desk.AuditIsIntactAsync();
            }
            Directory.Delete(own, recursive: true);
            return new Trial(Role(string.Join('\n', facts)), said.Split('\n').Select(l => l.Split(' ')).Where(l => l is ["appends", _, _]).ToDictionary(l => Role(l[1][1..]), l => int.Parse(l[2], CultureInfo.InvariantCulture), StringComparer.Ordinal));
        }

        /// <summary>Runs the runner; where it has breakpoints, kills it when it stands at all of them.</summary>
        private async Task<string> RunAsync(string own, string plan, string[] breaks)
        {
            using var runner = RunnerProgram.Start(lab, own, plan, breaks);
            var error = runner.StandardError.ReadToEndAsync();
            var said = new List<string>();
            using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
            for (var arrived = 0; breaks.Length == 0 || arrived < breaks.Length; arrived++)
            {
                var line = await runner.StandardOutput.ReadLineAsync(patience.Token);
                if (line is null) break;
                said.Add(line);
            }
            if (breaks.Length > 0)
            {
                Assert.True(said.Count == breaks.Length, $"The runner ended before it came to {string.Join(", ", breaks)}: {string.Join(", ", said)} {(runner.HasExited ? await error : "")}");
                runner.Kill();
            }
            await runner.WaitForExitAsync(patience.Token);
            // Its connections live on without it, as they would in production; the trial is over for them.
            foreach (var socket in Directory.EnumerateFiles(own, "*", SearchOption.AllDirectories).Where(f => Path.GetDirectoryName(f) != own && !f.EndsWith(".conf", StringComparison.Ordinal)))
                await CommandLine.EndAsync(CommandLine.Start("ssh", ["-F", "none", "-S", socket, "-O", "exit", "none"]));
            return string.Join('\n', said);
        }

        private Task ResetAsync(string host, bool ill) => lab.EnterAsync(host, "sh", "-c",
            $$"""
            exec >/dev/null 2>&1
            dpkg --force-downgrade -i /srv/po-repo/{{Package}}_1.0_all.deb
            rm -rf /var/lib/patchops /srv/drained /srv/ill /srv/starts /run/reboot-required* /etc/cron.d/patchops*
            {{(ill ? "touch /srv/ill" : ":")}}
            printf '#!/bin/sh\necho $1 >>/srv/starts\n' >/usr/lib/po-services/starts && chmod 755 /usr/lib/po-services/starts
            : >/var/log/dpkg.log
            """);

        /// <summary>What is true on the host, told by the host and not over SSH.</summary>
        private async Task<string> FactsAsync(string host) => (await lab.EnterAsync(host, "sh", "-c",
            $$"""
            dpkg-query -W -f '${db:Status-Abbrev}${Version}' {{Package}}
            sed -n 's/^[^ ]* [^ ]* \(upgrade .*\)/, \1/p' /var/log/dpkg.log | tr -d '\n'
            echo ", restarts: $(cat /srv/starts 2>/dev/null | wc -l)$([ ! -e /srv/drained ] || echo ', still out of service')$([ ! -e /run/reboot-required ] || echo ', restart pending'), waits for $(ls /var/lib/patchops/armed 2>/dev/null | grep -c '\.until$')"
            """)).Trim();

        public ValueTask DisposeAsync()
        {
            Directory.Delete(folder, recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}
