using System.Runtime.CompilerServices;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;

namespace PatchOps.Core.Operations.Connect;

/// <summary>Copies the store in use into one file.</summary>
public sealed class ExportStoreOperation(IStoreArchive archive, IAuditLog audit, TimeProvider clock, Caller caller) : IOperation<ExportStoreRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(ExportStoreRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ask = new AskEvent(request.Path, "Write a copy of the store");
        yield return ask;
        var answer = await ask.Reply.ConfigureAwait(false);
        if (answer == Answer.No) yield break;
        var path = request.Path;
        if (answer == Answer.Yes)
        {
            var now = clock.GetUtcNow();
            (path, var hash) = await archive.WriteAsync(path, now, cancellationToken).ConfigureAwait(false);
            await audit.AppendAsync(new AuditRecord(Guid.NewGuid().ToString("N"), caller.Account, "StoreExported", path, CanonicalJson.Of(("sha256", hash))), now, cancellationToken).ConfigureAwait(false);
        }
        yield return new ResultEvent(new FileInfo(path));
    }
}

/// <summary>Makes a new store of a copy.</summary>
/// <param name="archive">The copy's way in.</param>
/// <param name="opened">Catalogue and trail of the store, once it is there.</param>
/// <param name="clock">Time.</param>
/// <param name="caller">Who asks.</param>
public sealed class ImportStoreOperation(IStoreArchive archive, Func<(ICatalogue Catalogue, IAuditLog Audit)> opened, TimeProvider clock, Caller caller) : IOperation<ImportStoreRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(ImportStoreRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var ask = new AskEvent(archive.Target(), $"Make a store of {request.Path}");
        yield return ask;
        if (await ask.Reply.ConfigureAwait(false) != Answer.Yes) yield break;
        var (location, hash) = await archive.RestoreAsync(request.Path, cancellationToken).ConfigureAwait(false);
        var store = opened();
        await store.Audit.AppendAsync(new AuditRecord(Guid.NewGuid().ToString("N"), caller.Account, "StoreImported", location, CanonicalJson.Of(("sha256", hash), ("source", request.Path))), clock.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        yield return new ResultEvent(store.Catalogue.Info());
    }
}
