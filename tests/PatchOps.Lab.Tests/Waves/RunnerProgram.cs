using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Operations;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;

namespace PatchOps.Lab.Tests.Waves;

/// <summary>Where a runner waits to be killed, or stops itself.</summary>
/// <param name="Asset">Whose entry; empty for the wave's own.</param>
/// <param name="Entry">Number of the append, from 1, or the name of the step that is announced.</param>
/// <param name="How"><c>before</c> or <c>after</c> the append became durable it waits for ever; <c>stop</c>: after it, the process stops itself (SIGSTOP).</param>
internal sealed record Breakpoint(string Asset, string Entry, string How)
{
    public static Breakpoint Parse(string text) => text.Split('|') is [var asset, var entry, var how] ? new Breakpoint(asset, entry, how) : throw new FormatException(text);

    public override string ToString() => $"{Asset}|{Entry}|{How}";
}

/// <summary>A runner as a process of its own: the product with a journal that stands still where the test wants it to.</summary>
internal static class RunnerProgram
{
    /// <summary>So long that a stopped runner still holds its lease by its own clock, and only others know better.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Arguments: store, plan, key file, known hosts, then breakpoints. Says at which it stands, and at its end how often it appended for whom.
    /// Ends with 0, or 1 and the failures on standard error.
    /// </summary>
    public static async Task<int> Main(string[] arguments)
    {
        if (arguments is not [var store, var plan, var key, var known, .. var breaks]) return 2;
        var failures = 0;
        var appends = new Dictionary<string, int>(StringComparer.Ordinal);
        await using var door = new OperationHost(TimeProvider.System) { DefaultStore = store, Tap = inner => new BreakingJournal(inner, [.. breaks.Select(Breakpoint.Parse)], appends) };
        var request = new InvokeWaveRequest { PlanId = plan, Wave = 1, KeyFile = key, KnownHostsFile = known, IgnoreWindow = true, LeaseDuration = Lease };
        await foreach (var happened in door.RunAsync(request, new Caller { Account = "lab" }, default))
        {
            switch (happened)
            {
                case AskEvent ask: ask.Give(Answer.Yes); break;
                case FailedEvent failed:
                    failures++;
                    await Console.Error.WriteLineAsync($"{failed.Failure.Code}: {failed.Failure}");
                    break;
            }
        }
        foreach (var (asset, count) in appends) await Console.Out.WriteLineAsync(FormattableString.Invariant($"appends :{asset} {count}"));
        return failures == 0 ? 0 : 1;
    }

    /// <summary>Starts it on a folder's store; what it leaves behind when it is killed lies there too.</summary>
    public static Process Start(ProductLab lab, string folder, string plan, params string[] breaks)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in (string[])[typeof(RunnerProgram).Assembly.Location, Path.Combine(folder, "store.db"), plan, lab.KeyFile, lab.KnownHosts, .. breaks]) start.ArgumentList.Add(argument);
        start.Environment["TMPDIR"] = folder;
        start.Environment["DOTNET_TieredPGO"] = "0";
        return Process.Start(start)!;
    }

    private sealed class BreakingJournal(IJournal inner, IReadOnlyList<Breakpoint> breaks, Dictionary<string, int> appends) : IJournal
    {
        public async ValueTask<IReadOnlyList<JournalEntry>> AppendAsync(IReadOnlyList<JournalEntry> entries, CancellationToken cancellationToken)
        {
            var asset = entries[0].Asset ?? "";
            string number;
            lock (appends) number = (appends[asset] = appends.GetValueOrDefault(asset) + 1).ToString(CultureInfo.InvariantCulture);
            var announced = entries[^1].Phase == JournalPhase.Intent ? entries[^1].Step : "";
            var here = breaks.FirstOrDefault(b => b.Asset == asset && (b.Entry == number || b.Entry == announced));
            if (here?.How == "before") await WaitAsync(here);
            var written = await inner.AppendAsync(entries, cancellationToken);
            if (here?.How == "after") await WaitAsync(here);
            if (here?.How == "stop") Stop(here);
            return written;
        }

        private static async Task WaitAsync(Breakpoint here)
        {
            await Console.Out.WriteLineAsync(here.ToString());
            await Console.Out.FlushAsync();
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
        }

        private static void Stop(Breakpoint here)
        {
            Console.Out.WriteLine(here);
            Console.Out.Flush();
            _ = Signal(Environment.ProcessId, 19);
        }

        public IAsyncEnumerable<JournalEntry> ReadAsync(string planId, int? wave, long after, CancellationToken cancellationToken) => inner.ReadAsync(planId, wave, after, cancellationToken);

        public ValueTask<Lease?> AcquireAsync(string resource, string owner, TimeSpan duration, DateTimeOffset now, CancellationToken cancellationToken) => inner.AcquireAsync(resource, owner, duration, now, cancellationToken);

        public ValueTask<Lease?> RenewAsync(Lease lease, TimeSpan duration, DateTimeOffset now, CancellationToken cancellationToken) => inner.RenewAsync(lease, duration, now, cancellationToken);

        public ValueTask ReleaseAsync(Lease lease, CancellationToken cancellationToken) => inner.ReleaseAsync(lease, cancellationToken);

        public ValueTask<Lease?> HolderAsync(string resource, CancellationToken cancellationToken) => inner.HolderAsync(resource, cancellationToken);

        public ValueTask SetControlAsync(string resource, string wish, string actor, DateTimeOffset now, CancellationToken cancellationToken) => inner.SetControlAsync(resource, wish, actor, now, cancellationToken);

        public ValueTask<(string Wish, string Actor, DateTimeOffset At)?> ControlAsync(string resource, CancellationToken cancellationToken) => inner.ControlAsync(resource, cancellationToken);
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Signal(int process, int signal);
}
