using PatchOps.Lab;

namespace PatchOps.Benchmarks.Wave.Race;

/// <summary>
/// The same rolling upgrade of one package on twenty lab hosts, ten at once: PatchOps beside ansible-playbook (its default settings, and its best:
/// pipelining, connections kept, no facts) and bare parallel ssh that runs the very command lines that PatchOps journaled.
/// </summary>
internal static class LabRace
{
    public static async Task RunAsync(string repository, int rounds = 5)
    {
        var missing = await LabRun.WhyNotAsync(repository) ?? (Exists("ansible-playbook") ? null : "no ansible-playbook (package ansible-core)");
        if (missing is not null)
        {
            Console.WriteLine($"Real hosts: skipped, {missing}.");
            return;
        }
        await using var track = await RaceTrack.BuildAsync(repository);
        await using var runners = new Contestants(track);
        runners.Publish();
        await runners.LearnAsync();

        var times = new Dictionary<string, List<Usage>>(StringComparer.Ordinal);
        async Task MeasureAsync(string name, Func<Task> work, bool reset = true)
        {
            if (reset) await track.ResetAsync();
            var usage = await Usage.OfAsync(work);
            await track.VerifyAsync(name);
            if (!times.TryGetValue(name, out var list)) times[name] = list = [];
            list.Add(usage);
            // So that a race which is ended early has not been run for nothing.
            await Console.Error.WriteLineAsync(FormattableString.Invariant($"{name}: {usage.Wall:0.00} s, {usage.Cpu:0.00} CPU s"));
        }

        for (var round = 0; round < rounds; round++)
        {
            await runners.CloseBareAsync();
            await MeasureAsync("cold: bare ssh", () => runners.BareAsync(keep: false));
            await MeasureAsync("cold: PatchOps", runners.PatchOpsColdAsync);
            await MeasureAsync("cold: Ansible, best", () => runners.AnsibleAsync(best: true, keep: false));
            await MeasureAsync("cold: Ansible, default", () => runners.AnsibleAsync(best: false, keep: false));
            await runners.OpenAsync();
            await MeasureAsync("warm: bare ssh", () => runners.BareAsync(keep: true));
            await MeasureAsync("warm: one command, bare ssh", runners.BareSingleAsync, reset: false);
            await MeasureAsync("warm: one command, PatchOps", runners.PatchOpsSingleAsync, reset: false);
            await MeasureAsync("warm: PatchOps", () => runners.PatchOpsWarmAsync(changes: true));
            await MeasureAsync("warm: PatchOps, nothing to do", () => runners.PatchOpsWarmAsync(changes: false), reset: false);
            if (round == 0) await runners.AnsibleAsync(best: true, keep: true);
            await MeasureAsync("warm: Ansible, best", () => runners.AnsibleAsync(best: true, keep: true));
            await MeasureAsync("warm: Ansible, best, nothing to do", () => runners.AnsibleAsync(best: true, keep: true), reset: false);
        }

        Console.WriteLine(FormattableString.Invariant($"{RaceTrack.Hosts} lab hosts, {RaceTrack.Parallel} at once, {RaceTrack.Package} {RaceTrack.Before} to {RaceTrack.After}, {rounds} rounds in turn; {runners.JournaledCommands} journaled commands a host"));
        Console.WriteLine("contestant                         | median s | min  | max  | CPU s (median, without the hosts' own)");
        foreach (var (name, list) in times)
            Console.WriteLine(FormattableString.Invariant($"{name,-34} | {Median(list, u => u.Wall),8:0.00} | {list.Min(u => u.Wall),4:0.0} | {list.Max(u => u.Wall),4:0.0} | {Median(list, u => u.Cpu):0.00}"));
        Ratio(times, "cold: PatchOps", "cold: bare ssh", "at most 1.15");
        Ratio(times, "cold: Ansible, default", "cold: PatchOps", "at least 2.5");
        Ratio(times, "cold: Ansible, best", "cold: PatchOps", "at least 1.7");
        Ratio(times, "warm: one command, PatchOps", "warm: one command, bare ssh", "at most 1.5");
        Ratio(times, "warm: Ansible, best", "warm: PatchOps", "at least 2");
        Ratio(times, "warm: Ansible, best, nothing to do", "warm: PatchOps, nothing to do", "at least 10");
    }

    private static void Ratio(Dictionary<string, List<Usage>> times, string over, string under, string wanted)
    {
        // Rounds are pairs: what slowed the machine for a while slowed both.
        var ratios = times[over].Zip(times[under], (a, b) => a.Wall / b.Wall).Order().ToArray();
        Console.WriteLine(FormattableString.Invariant($"{over} ÷ {under}: {ratios[ratios.Length / 2]:0.00} ({ratios[0]:0.00}–{ratios[^1]:0.00}); wanted {wanted}"));
    }

    private static double Median(List<Usage> list, Func<Usage, double> what) => list.Select(what).Order().ElementAt(list.Count / 2);

    private static bool Exists(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => folder.Length > 0 && File.Exists(Path.Combine(folder, program)));
}
