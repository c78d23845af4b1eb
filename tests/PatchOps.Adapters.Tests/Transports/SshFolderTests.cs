using System.Diagnostics;
using System.Globalization;
using PatchOps.Adapters.Transports;

namespace PatchOps.Adapters.Tests.Transports;

/// <summary>What killed runners leave of their connections.</summary>
public sealed class SshFolderTests : IDisposable
{
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("patchops-sweep-");

    public void Dispose() => root.Delete(recursive: true);

    [SkippableFact]
    public async Task Only_what_a_dead_process_of_this_machine_left_is_closed_and_removed()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "The stand-in for ssh is a shell script.");
        string dead;
        using (var process = Process.Start("sleep", "60"))
        {
            dead = SshFolder.Owner(process.Id);
            process.Kill();
            await process.WaitForExitAsync();
        }
        var self = SshFolder.Owner(Environment.ProcessId).Split(' ');
        var left = Folder("left", dead);
        // The number is in use again, by a process that began at another time.
        var reused = Folder("reused", $"{self[0]} 1 {self[2]}");
        string[] kept =
        [
            Folder("living", string.Join(' ', self)), Folder("elsewhere", dead.Replace(self[2], "pid:[1]", StringComparison.Ordinal)), Folder("nobodys", null), Folder("torn", dead.Split(' ')[0]),
            Folder("hung", dead, socket: "7"),
        ];
        Directory.CreateDirectory(Path.Combine(root.FullName, "other-left"));
        await SshFolder.SweepAsync(root.FullName, Program());
        Assert.False(Directory.Exists(left));
        Assert.False(Directory.Exists(reused));
        Assert.All([.. kept, Path.Combine(root.FullName, "other-left")], f => Assert.True(Directory.Exists(f), f));
        var called = await File.ReadAllLinesAsync(Path.Combine(root.FullName, "calls"));
        Assert.Equal(new[] { Path.Combine(left, "1"), Path.Combine(reused, "1"), Path.Combine(kept[^1], "7") }.Select(s => $"-F none -S {s} -O exit -- gone").Order(StringComparer.Ordinal), called.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_client_removes_its_own_folder_and_one_that_begins_finds_it_is_its_own()
    {
        var before = Mine();
        await using (var client = new SshClient()) Assert.Single(Mine().Except(before));
        Assert.Empty(Mine().Except(before));

        static IEnumerable<string> Mine()
        {
            var start = Environment.ProcessId.ToString(CultureInfo.InvariantCulture) + " ";
            return Directory.GetDirectories(Path.GetTempPath(), "po-*").Where(f => File.Exists(Path.Combine(f, "owner")) && File.ReadAllText(Path.Combine(f, "owner")).StartsWith(start, StringComparison.Ordinal)).ToList();
        }
    }

    private string Folder(string name, string? owner, string socket = "1")
    {
        var folder = Directory.CreateDirectory(Path.Combine(root.FullName, "po-" + name)).FullName;
        if (owner is not null) File.WriteAllText(Path.Combine(folder, "owner"), owner);
        File.WriteAllText(Path.Combine(folder, socket), "");
        File.WriteAllText(Path.Combine(folder, socket + ".conf"), "");
        return folder;
    }

    /// <summary>Keeps how it was called; one connection never answers.</summary>
    private string Program()
    {
        var file = Path.Combine(root.FullName, "ssh");
        File.WriteAllText(file, $"#!/bin/sh\necho \"$*\" >>'{root.FullName}/calls'\ncase $4 in */7) exec sleep 60 ;; esac\nexit 255\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return file;
    }
}
