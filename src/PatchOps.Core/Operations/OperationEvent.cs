using PatchOps.Domain;

namespace PatchOps.Core.Operations;

/// <summary>What an operation tells its reader; the reader pulls, so every event arrives on the reader's own thread.</summary>
public abstract record OperationEvent;

/// <summary>An object for the pipeline.</summary>
public sealed record ResultEvent(object Value) : OperationEvent;

/// <summary>How far the work is.</summary>
/// <param name="Activity">What is being done.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Percent">0–100, or null where the end is not known.</param>
/// <param name="Id">Bars with different ids stand side by side; 0 is the outermost.</param>
public sealed record ProgressEvent(string Activity, string Status, double? Percent = null, int Id = 0) : OperationEvent;

/// <summary>Something the administrator should know although the work goes on.</summary>
public sealed record WarningEvent(string Message) : OperationEvent;

/// <summary>A decision and its ground; shown on request (<c>-Verbose</c>).</summary>
public sealed record DecisionEvent(string Message) : OperationEvent;

/// <summary>One record, host or document failed; the operation goes on unless <paramref name="Terminating"/>.</summary>
public sealed record FailedEvent(Failure Failure, bool Terminating = false) : OperationEvent;

/// <summary>How a person, or the absence of one, answered.</summary>
public enum Answer
{
    No,
    Yes,

    /// <summary>Do not do it, but let a plausible object flow (<c>-WhatIf</c>).</summary>
    WhatIf,
}

/// <summary>A change that needs consent before it happens. The operation waits on <see cref="Reply"/>.</summary>
/// <param name="Target">What would change.</param>
/// <param name="Action">What would be done to it.</param>
/// <param name="Hosts">True where hosts change: then a person is asked by default, and no terminal means no.</param>
/// <param name="Person">True where only a person can know the answer: no switch answers it beforehand.</param>
public sealed record AskEvent(string Target, string Action, bool Hosts = false, bool Person = false) : OperationEvent
{
    private readonly TaskCompletionSource<Answer> reply = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<Answer> Reply => reply.Task;

    public void Give(Answer answer) => reply.TrySetResult(answer);
}
