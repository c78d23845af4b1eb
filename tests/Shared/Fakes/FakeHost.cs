using PatchOps.Core.Seams;

namespace PatchOps.Tests.Fakes;

/// <summary>What a fault switch does to the next calls of one kind.</summary>
internal enum FakeFault
{
    /// <summary>The call never reaches the host: NotSent.</summary>
    NotSent,

    /// <summary>The connection breaks before anything happened: Unknown, without effect.</summary>
    LostBefore,

    /// <summary>The connection breaks after the host acted: Unknown, with effect.</summary>
    LostAfter,
}

/// <summary>The kinds of call that a fault can be set on.</summary>
internal enum FakeCall
{
    Run,
    Start,
    Collect,
    Put,
    Get,
}

/// <summary>A host in memory: packages, an archive, files, steps, fences. It lives on when a runner dies.</summary>
internal sealed class FakeHost(string id, TimeProvider? time = null)
{
    private readonly Dictionary<string, FakeStep> _steps = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _fences = new(StringComparer.Ordinal);
    private readonly Dictionary<FakeCall, Queue<FakeFault>> _faults = [];
    private int _boots = 1;
    private DateTimeOffset _downUntil = DateTimeOffset.MinValue;

    public string Id { get; } = id;

    public TimeProvider Time { get; } = time ?? TimeProvider.System;

    public Lock Gate { get; } = new();

    public Dictionary<string, string> Installed { get; } = new(StringComparer.Ordinal);

    public HashSet<(string Package, string Version)> Archive { get; } = [];

    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    public SortedSet<string> QuiesceMarks { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, Dictionary<string, string>> Snapshots { get; } = new(StringComparer.Ordinal);

    /// <summary>One line per change of a package that happened, as dpkg.log has them: <c>upgrade demo 1.0 1.1</c>.</summary>
    public List<string> PackageLog { get; } = [];

    /// <summary>Every program that ran on the host, steps included, in order.</summary>
    public List<string> Commands { get; } = [];

    // Switches. Packages are named as name=version.
    public bool Unreachable { get; set; }

    public HashSet<string> FailingPackages { get; } = new(StringComparer.Ordinal);

    public HashSet<string> HangingPackages { get; } = new(StringComparer.Ordinal);

    public HashSet<string> UnhealthyPackages { get; } = new(StringComparer.Ordinal);

    public HashSet<string> RestartPackages { get; } = new(StringComparer.Ordinal);

    /// <summary>Installing it cuts the host off, until it reverts by itself.</summary>
    public HashSet<string> CutOffPackages { get; } = new(StringComparer.Ordinal);

    public bool RevertFails { get; set; }

    public bool RestartNeverReturns { get; set; }

    public bool QuiesceFails { get; set; }

    public bool DiskFull { get; set; }

    /// <summary>Another package manager is at work.</summary>
    public bool Locked { get; set; }

    public HashSet<string> Broken { get; } = new(StringComparer.Ordinal);

    public bool RestartPending { get; set; }

    public TimeSpan ApplyTakes { get; set; }

    public TimeSpan RestartTakes { get; set; }

    public string BootId => FormattableString.Invariant($"{Id}-boot-{_boots}");

    public bool Reachable => !Unreachable && Time.GetUtcNow() >= _downUntil
        && !Installed.Any(p => CutOffPackages.Contains($"{p.Key}={p.Value}"));

    /// <summary>Lets the next call of this kind fail; several queue up.</summary>
    public void FailNext(FakeCall call, FakeFault fault)
    {
        lock (Gate)
        {
            if (!_faults.TryGetValue(call, out var queue)) _faults[call] = queue = new Queue<FakeFault>();
            queue.Enqueue(fault);
        }
    }

    internal FakeFault? TakeFault(FakeCall call) => _faults.TryGetValue(call, out var queue) && queue.TryDequeue(out var fault) ? fault : null;

    /// <summary>Lets everything happen whose time has come. Call inside <see cref="Gate"/>.</summary>
    internal void Settle()
    {
        var now = Time.GetUtcNow();
        foreach (var step in _steps.Values.Where(s => s.State == StepState.Running && s.Due <= now).OrderBy(s => s.Due).ToList())
        {
            if (step.State == StepState.Running) step.End();
        }
    }

    internal FakeStep? FindStep(string stepId) => _steps.GetValueOrDefault(stepId);

    /// <summary>The highest token seen in the scope once this one was shown, or null where this one is good.</summary>
    internal long? RefuseToken(FencingToken fence)
    {
        var highest = _fences.GetValueOrDefault(fence.Scope);
        if (fence.Value < highest) return highest;
        _fences[fence.Scope] = fence.Value;
        return null;
    }

    internal FakeStep AddStep(StepKey key, FakeReply reply)
    {
        var step = new FakeStep(key, reply, Time.GetUtcNow());
        _steps.Add(key.Id, step);
        return step;
    }

    internal void Change(string package, string? version)
    {
        var before = Installed.GetValueOrDefault(package);
        if (before == version) return;
        var verb = version is null ? "remove" : before is null ? "install" : "upgrade";
        PackageLog.Add($"{verb} {package} {before ?? "<none>"} {version ?? "<none>"}");
        if (version is null) Installed.Remove(package);
        else Installed[package] = version;
        if (version is not null && RestartPackages.Contains($"{package}={version}")) RestartPending = true;
    }

    internal void Restart()
    {
        _boots++;
        RestartPending = false;
        _downUntil = RestartNeverReturns ? DateTimeOffset.MaxValue : Time.GetUtcNow() + RestartTakes;
        foreach (var step in _steps.Values.Where(s => s.State == StepState.Running)) step.State = StepState.Lost;
    }
}

/// <summary>What a program on the fake host answers, how long it takes, and what it does when it ends.</summary>
internal sealed record FakeReply(int ExitCode, string Output = "", string Error = "")
{
    public TimeSpan Takes { get; init; }

    public Func<FakeReply>? AtEnd { get; init; }
}

internal sealed class FakeStep(StepKey key, FakeReply reply, DateTimeOffset started)
{
    private FakeReply _reply = reply;

    public StepState State { get; set; } = StepState.Running;

    public DateTimeOffset Due { get; } = started + (reply.Takes < key.TimeLimit ? reply.Takes : key.TimeLimit);

    public void End()
    {
        if (_reply.Takes >= key.TimeLimit)
        {
            State = StepState.TimedOut;
            return;
        }
        State = StepState.Finished;
        if (_reply.AtEnd is not null) _reply = _reply.AtEnd();
    }

    public StepReport Report(bool foundEarlier) => new(key.Id, State)
    {
        FoundEarlier = foundEarlier,
        ExitCode = State == StepState.Finished ? _reply.ExitCode : null,
        StandardOutput = State == StepState.Finished ? _reply.Output : "",
        StandardError = State == StepState.Finished ? _reply.Error : "",
    };
}
