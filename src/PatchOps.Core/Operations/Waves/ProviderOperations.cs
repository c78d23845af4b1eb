using System.Runtime.CompilerServices;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Waves;

public sealed class GetProviderOperation(IProviderShelf shelf) : IOperation<GetProviderRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(GetProviderRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = new Wildcard(request.Name);
        var all = shelf.All();
        foreach (var provider in all.Where(p => names.Matches(p.Name))) yield return new ResultEvent(provider);
        foreach (var name in names.Literals.Where(n => all.All(p => !p.Name.Equals(n, StringComparison.OrdinalIgnoreCase))))
            yield return new FailedEvent(new Failure("ProviderUnknown", FailureKind.NotFound, $"There is no provider '{name}'.", name, "See what there is with Get-PatchProvider, or register one with Register-PatchProvider."));
        await Task.CompletedTask.ConfigureAwait(false);
    }
}

/// <summary>Registers a provider. What runs as root on hosts is audited with its hash.</summary>
public sealed class RegisterProviderOperation(IProviderShelf shelf, Func<IAuditLog> audit, TimeProvider clock, Caller caller) : IOperation<RegisterProviderRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(RegisterProviderRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = request.Manifest is { } path ? shelf.Read(path) : null;
        var ask = new AskEvent(known?.ToString() ?? request.Name!, "Register the provider");
        yield return ask;
        var answer = await ask.Reply.ConfigureAwait(false);
        if (answer == Answer.No) yield break;
        if (answer == Answer.WhatIf)
        {
            yield return new ResultEvent(known ?? new PatchProvider { Name = request.Name!, Kind = ProviderKind.ScriptBlock, Description = "script blocks of this session" });
            yield break;
        }
        var kept = known is not null ? shelf.Keep(request.Manifest!) : shelf.Keep(request.Name!, Blocks(request));
        await audit().AppendAsync(new AuditRecord(Guid.NewGuid().ToString("N"), caller.Account, "ProviderRegistered", kept.Name, CanonicalJson.Of([("hash", kept.Hash), ("kind", kept.Kind.ToString())])), clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        yield return new ResultEvent(kept);
    }

    private static Dictionary<string, object> Blocks(RegisterProviderRequest request) =>
        new (string Key, object? Block)[] { ("Detect", request.Detect), ("PreCheck", request.PreCheck), ("Stage", request.Stage), ("Apply", request.Apply), ("Verify", request.Verify), ("Revert", request.Revert) }
            .Where(b => b.Block is not null).ToDictionary(b => b.Key, b => b.Block!, StringComparer.Ordinal);
}
