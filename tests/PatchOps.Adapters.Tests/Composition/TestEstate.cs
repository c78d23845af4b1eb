using PatchOps.Adapters.Composition;
using PatchOps.Core.Operations;
using PatchOps.Domain;

namespace PatchOps.Adapters.Tests.Composition;

/// <summary>A store of its own in a folder of its own, reached through the same door as users.</summary>
internal sealed class TestEstate : IAsyncDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("patchops-test-");

    /// <param name="clock">Time as the operations see it; default: a noon that goes on from there.</param>
    public TestEstate(TimeProvider? clock = null) => Host = new OperationHost(clock ?? NoonClock.Shared) { DefaultStore = PathOf("test.db") };

    public OperationHost Host { get; }

    public string PathOf(string name) => Path.Combine(folder.FullName, name);

    public string Write(string name, string text)
    {
        var path = PathOf(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>One file out of an archive of public data; skips the calling test where there is none.</summary>
    public async Task<string> UnpackAsync(string archive, string name)
    {
        var folder = PathOf("unpacked");
        Directory.CreateDirectory(folder);
        using var tar = System.Diagnostics.Process.Start("tar", ["xJf", PatchOps.Tests.SharedData.Require(archive), "-C", folder, name]);
        await tar.WaitForExitAsync();
        Skip.If(tar.ExitCode != 0, "tar cannot unpack xz here.");
        return Path.Combine(folder, name);
    }

    /// <summary>Runs a request and answers every question.</summary>
    public async Task<(List<object> Results, List<FailedEvent> Failures, List<string> Warnings)> RunAsync(OperationRequest request, Answer answer = Answer.Yes, string account = "tester")
    {
        var (results, failures, warnings) = (new List<object>(), new List<FailedEvent>(), new List<string>());
        await foreach (var next in Host.RunAsync(request, new Caller { Account = account, WhatIf = answer == Answer.WhatIf }, CancellationToken.None))
        {
            switch (next)
            {
                case ResultEvent r: results.Add(r.Value); break;
                case FailedEvent f: failures.Add(f); break;
                case WarningEvent w: warnings.Add(w.Message); break;
                case AskEvent ask: ask.Give(answer); break;
            }
        }
        return (results, failures, warnings);
    }

    public async Task<Failure> FailAsync(OperationRequest request, string account = "tester")
    {
        var (_, failures, _) = await RunAsync(request, account: account);
        return Assert.Single(failures).Failure;
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        folder.Delete(recursive: true);
    }
}

/// <summary>A clock that was at noon, in the middle of a month and a week, when the tests began: windows open and close at the same distance whenever the tests run.</summary>
internal sealed class NoonClock : TimeProvider
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 18, 12, 0, 0, TimeSpan.Zero);

    private readonly long began = System.GetTimestamp();

    public static NoonClock Shared { get; } = new();

    public static DateTimeOffset Now => Shared.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => Noon + System.GetElapsedTime(began);
}

/// <summary>A clock that stands still until a test moves it.</summary>
internal sealed class StandingClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}
