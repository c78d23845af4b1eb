using System.Collections;
using System.Management.Automation;
using System.Reflection;
using PatchOps.Core.Operations;
using PatchOps.Domain;

namespace PatchOps.Module;

/// <summary>A cmdlet is a form: it binds parameters to a request, pumps the operation's events and prints them.</summary>
public abstract class OperationCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource stop = new();

    /// <summary>Store to use: a path, a connection string, or an opened store. Default: the session's, then $env:PATCHOPS_STORE, then one file in the user's data folder.</summary>
    [Parameter]
    public object? Store { get; set; }

    public void Dispose()
    {
        stop.Dispose();
        GC.SuppressFinalize(this);
    }

    protected override void StopProcessing() => stop.Cancel();

    /// <summary>A request filled from the parameters that were bound; what was not keeps the request's default.</summary>
    protected TRequest Bind<TRequest>() where TRequest : OperationRequest, new()
    {
        var request = new TRequest();
        foreach (var property in typeof(TRequest).GetProperties())
        {
            if (!property.CanWrite) continue;
            if (property.Name == nameof(Store))
            {
                var store = StoreText();
                if (store is not null) property.SetValue(request, store);
                continue;
            }
            if (!MyInvocation.BoundParameters.ContainsKey(property.Name)) continue;
            var value = GetType().GetProperty(property.Name)?.GetValue(this);
            if (property.GetCustomAttribute<FilePathAttribute>() is { } file) value = Resolve(value, file.Exists);
            property.SetValue(request, Convert(value, property.PropertyType));
        }
        return request;
    }

    /// <summary>Runs the operation; every write happens here, on the pipeline's own thread.</summary>
    protected void Pump(OperationRequest request)
    {
        var caller = new Caller { Account = Environment.UserName, WhatIf = IsWhatIf };
        var events = Session.Host().RunAsync(request, caller, stop.Token).GetAsyncEnumerator(stop.Token);
        try
        {
            while (Next(events)) Write(events.Current);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Ctrl+C: PowerShell itself says that the pipeline was stopped.
        }
        finally
        {
            // Also when a reader downstream stops early: the operation gets to flush its evidence.
            events.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>Most events are there already: only those that are not cost a task.</summary>
    private static bool Next(IAsyncEnumerator<OperationEvent> events)
    {
        var next = events.MoveNextAsync();
        return next.IsCompletedSuccessfully ? next.Result : next.AsTask().GetAwaiter().GetResult();
    }

    protected virtual void Write(OperationEvent next)
    {
        switch (next)
        {
            case ResultEvent result:
                WriteObject(result.Value);
                break;
            case ProgressEvent progress:
                WriteProgress(new ProgressRecord(progress.Id, progress.Activity, progress.Status) { PercentComplete = progress.Percent is { } p ? (int)Math.Clamp(p, 0, 100) : -1 });
                break;
            case WarningEvent warning:
                WriteWarning(warning.Message);
                break;
            case DecisionEvent decision:
                WriteVerbose(decision.Message);
                break;
            case FailedEvent { Terminating: true } failed:
                ThrowTerminatingError(Failures.Record(failed.Failure));
                break;
            case FailedEvent failed:
                WriteError(Failures.Record(failed.Failure));
                break;
            case AskEvent ask:
                ask.Give(AnswerTo(ask));
                break;
        }
    }

    private bool IsWhatIf => MyInvocation.BoundParameters.TryGetValue("WhatIf", out var value)
        ? LanguagePrimitives.IsTrue(value)
        : LanguagePrimitives.IsTrue(GetVariableValue("WhatIfPreference"));

    private Answer AnswerTo(AskEvent ask)
    {
        try
        {
            if (ask.Person) return ShouldContinue(ask.Target, ask.Action) ? Answer.Yes : Answer.No;
            if (ShouldProcess(ask.Target, ask.Action)) return Answer.Yes;
        }
        catch (Exception e) when (e is PSInvalidOperationException or System.Management.Automation.Host.HostException)
        {
            // A runbook must see by $? that nothing was done.
            WriteError(Failures.Record(new Failure("NotConfirmed", FailureKind.Refused, $"Nobody can answer here, so this is not done: {ask.Action}: {ask.Target}.", ask.Target,
                ask.Person ? "Only a person can answer it: run the cmdlet at a terminal." : "Add -Confirm:$false in a runbook.")));
            return Answer.No;
        }
        return IsWhatIf ? Answer.WhatIf : Answer.No;
    }

    private string? StoreText() => (Store is PSObject wrapped ? wrapped.BaseObject : Store) switch
    {
        null => null,
        StoreInfo info => info.Location,
        string text when text.Contains('=', StringComparison.Ordinal) && text.Contains(';', StringComparison.Ordinal) => text,
        var other => SessionState.Path.GetUnresolvedProviderPathFromPSPath(other.ToString()),
    };

    private object? Resolve(object? value, bool exists) => value switch
    {
        string one => ResolveOne(one, exists).LastOrDefault(),
        string[] many => many.SelectMany(p => ResolveOne(p, exists)).ToArray(),
        _ => value,
    };

    private IEnumerable<string> ResolveOne(string path, bool exists)
    {
        if (!exists || !WildcardPattern.ContainsWildcardCharacters(path)) return [SessionState.Path.GetUnresolvedProviderPathFromPSPath(path)];
        var found = SessionState.Path.GetResolvedProviderPathFromPSPath(path, out _);
        return found.Count > 0 ? found : throw new FailureException("PathNotFound", FailureKind.NotFound, $"Nothing matches '{path}'.", path, "Check the path; relative paths start at the current location.");
    }

    private static object? Convert(object? value, Type type)
    {
        switch (value)
        {
            case null:
                return null;
            case SwitchParameter flag:
                return flag.ToBool();
            case PSCredential given when type == typeof(HostCredential):
                return new HostCredential(given.UserName, () => given.GetNetworkCredential().Password, given);
            case Hashtable map when type == typeof(IReadOnlyDictionary<string, string>):
                return map.Cast<DictionaryEntry>().ToDictionary(e => e.Key.ToString()!, e => e.Value?.ToString() ?? "", StringComparer.OrdinalIgnoreCase);
            default:
                return value;
        }
    }
}
