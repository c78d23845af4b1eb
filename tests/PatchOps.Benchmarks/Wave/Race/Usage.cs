using System.Diagnostics;
using System.Runtime.InteropServices;

namespace PatchOps.Benchmarks.Wave.Race;

/// <summary>Wall time, and processor time of this process and of all children that it waited for.</summary>
internal readonly record struct Usage(double Wall, double Cpu)
{
    public static async Task<Usage> OfAsync(Func<Task> work)
    {
        var cpu = Processor();
        var clock = Stopwatch.StartNew();
        await work();
        return new Usage(clock.Elapsed.TotalSeconds, Processor() - cpu);
    }

    private static double Processor() => Seconds(0) + Seconds(-1);

    private static double Seconds(int who)
    {
        if (GetResourceUsage(who, out var usage) != 0) throw new InvalidOperationException("The system does not tell processor times.");
        return usage.UserSeconds + usage.SystemSeconds + ((usage.UserMicroseconds + usage.SystemMicroseconds) / 1e6);
    }

    [DllImport("libc", EntryPoint = "getrusage", SetLastError = true)]
    private static extern int GetResourceUsage(int who, out ResourceUsage usage);

    // struct rusage of 64-bit Linux: two time values, then fourteen counters that are not read here.
    [StructLayout(LayoutKind.Sequential, Size = 144)]
    private struct ResourceUsage
    {
        public long UserSeconds;
        public long UserMicroseconds;
        public long SystemSeconds;
        public long SystemMicroseconds;
    }
}
