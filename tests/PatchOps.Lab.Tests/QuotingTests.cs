using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using PatchOps.Adapters.Transports;

namespace PatchOps.Lab.Tests;

/// <summary>Arguments are data: whatever text a name holds, a real shell gives back exactly that.</summary>
public sealed class QuotingTests
{
    private static readonly string[] Nasty =
        ["'", "\"", "\\", "$", "`", "(", ")", "\n", "\r", "\t", " ", "-", "--", "*", "?", "[", "]", "!", "#", "&", ";", "|", "<", ">", "~", "=", "%", "{", "}", "$(id)", "${HOME}", "''", "'\\''", "ä", "漢", "🙂", "\u0001", "\u007f", "a", "0", "/", "\\n"];

    [SkippableFact]
    public void Every_list_of_arguments_survives_a_real_shell()
    {
        Skip.IfNot(File.Exists("/bin/sh"), "No /bin/sh.");
        var argument = Gen.Elements(Nasty).ArrayOf().Select(parts => string.Concat(parts));
        // 400 lists in a few shells: one process each would take most of the time for nothing.
        var lists = argument.ArrayOf().ArrayOf(40);
        Prop.ForAll(lists.ToArbitrary(), Survive).Check(Config.QuickThrowOnFailure.WithMaxTest(10));
    }

    private static bool Survive(string[][] lists)
    {
        // Each list is printed as its arguments, each ended by NUL, and then one more NUL-ended mark.
        var text = string.Concat(lists.Select(l => $"p {PosixQuoting.Join(l)}\n"));
        var script = "p() { for a do printf '%s\\000' \"$a\"; done; printf '\\001end\\000'; }\n" + text;
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardOutput = true };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(script);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        var expected = string.Concat(lists.Select(l => string.Concat(l.Select(a => a + "\0")) + "\u0001end\0"));
        return output == expected;
    }
}
