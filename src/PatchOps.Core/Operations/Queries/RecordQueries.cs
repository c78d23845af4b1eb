using System.Runtime.CompilerServices;
using PatchOps.Core.Exposure.Windows;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Queries;

/// <summary>A query: streams what it finds; a plain name that finds nothing is a failure of its own.</summary>
public abstract class Query<TRequest> : IOperation<TRequest> where TRequest : OperationRequest
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(TRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var wanted = new HashSet<string>(Names(request), StringComparer.OrdinalIgnoreCase);
        foreach (var item in Find(request))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (wanted.Count > 0) wanted.RemoveWhere(n => IsNamed(item, n));
            yield return new ResultEvent(item);
        }
        foreach (var name in wanted)
            yield return new FailedEvent(new Failure(MissingCode, FailureKind.NotFound, $"No {Kind.ToLowerInvariant()} '{name}' is in the store.", name, $"See what there is with Get-Patch{Kind}, without a name."));
        await Task.CompletedTask.ConfigureAwait(false);
    }

    protected abstract string Kind { get; }

    /// <summary>Error id where a plain name finds nothing.</summary>
    protected abstract string MissingCode { get; }

    protected abstract IEnumerable<object> Find(TRequest request);

    protected virtual IEnumerable<string> Names(TRequest request) => [];

    protected virtual bool IsNamed(object item, string name) => false;
}

public sealed class GetAssetOperation(ICatalogue catalogue) : Query<GetAssetRequest>
{
    protected override string Kind => "Asset";

    protected override string MissingCode => "AssetNotFound";

    protected override IEnumerable<object> Find(GetAssetRequest request)
    {
        var ids = new Wildcard(request.Id);
        var tags = new Wildcard(request.Tag);
        var found = catalogue.Assets(request.IncludeRetired || request.History)
            .Where(a => ids.Matches([a.Id, a.Name, .. a.Aliases])
                && (request.Environment.Count == 0 || (a.Environment is { } e && request.Environment.Contains(e)))
                && (tags.MatchesAll || a.Tags.Any(t => tags.Matches(t))));
        return request.History ? found.SelectMany(a => catalogue.AssetChanges(a.Id)) : found;
    }

    /// <summary>An asset of which nothing changed has no history, and is known all the same.</summary>
    protected override IEnumerable<string> Names(GetAssetRequest request) =>
        new Wildcard(request.Id).Literals.Where(n => !request.History || catalogue.ResolveAsset(n) is null);

    protected override bool IsNamed(object item, string name) =>
        item is Asset a && a.Aliases.Append(a.Id).Append(a.Name).Contains(name, StringComparer.OrdinalIgnoreCase);
}

public sealed class GetProblemOperation(ICatalogue catalogue) : Query<GetProblemRequest>
{
    protected override string Kind => "Problem";

    protected override string MissingCode => "ProblemNotFound";

    protected override IEnumerable<object> Find(GetProblemRequest request)
    {
        var ids = new Wildcard(request.Id);
        return catalogue.Problems().Where(p => ids.Matches(p.Id) && (!request.Open || p.IsOpen) && (!request.KnownError || p.KnownError));
    }

    protected override IEnumerable<string> Names(GetProblemRequest request) => new Wildcard(request.Id).Literals;

    protected override bool IsNamed(object item, string name) => item is Problem p && p.Id.Equals(name, StringComparison.OrdinalIgnoreCase);
}

public sealed class GetIncidentOperation(ICatalogue catalogue) : Query<GetIncidentRequest>
{
    protected override string Kind => "Incident";

    protected override string MissingCode => "IncidentNotFound";

    protected override IEnumerable<object> Find(GetIncidentRequest request)
    {
        var ids = new Wildcard(request.Id);
        var problems = new Wildcard(request.Problem);
        var assets = new Wildcard(request.Asset);
        return catalogue.Incidents(request.From, request.To).Where(i => ids.Matches(i.Id) && problems.Matches(i.Problem) && assets.Matches(i.ConfigurationItem) && (!request.Flagged || i.Flag is not null));
    }

    protected override IEnumerable<string> Names(GetIncidentRequest request) => new Wildcard(request.Id).Literals;

    protected override bool IsNamed(object item, string name) => item is Incident i && i.Id.Equals(name, StringComparison.OrdinalIgnoreCase);
}

public sealed class GetChangeOperation(ICatalogue catalogue) : Query<GetChangeRequest>
{
    protected override string Kind => "Change";

    protected override string MissingCode => "ChangeNotFound";

    protected override IEnumerable<object> Find(GetChangeRequest request)
    {
        var ids = new Wildcard(request.Id);
        return catalogue.Changes().Where(c => ids.Matches(c.Id));
    }

    protected override IEnumerable<string> Names(GetChangeRequest request) => new Wildcard(request.Id).Literals;

    protected override bool IsNamed(object item, string name) => item is Change c && c.Id.Equals(name, StringComparison.OrdinalIgnoreCase);
}

public sealed class GetDeploymentOperation(ICatalogue catalogue) : Query<GetDeploymentRequest>
{
    protected override string Kind => "Deployment";

    protected override string MissingCode => "DeploymentNotFound";

    protected override IEnumerable<object> Find(GetDeploymentRequest request)
    {
        var patches = new Wildcard(request.Patch);
        var assets = new Wildcard(request.Asset);
        return catalogue.Deployments().Where(d => patches.Matches(d.Patch) && assets.Matches(d.Asset) && (request.Outcome.Count == 0 || request.Outcome.Contains(d.Outcome)));
    }
}

public sealed class GetAdvisoryOperation(ICatalogue catalogue) : Query<GetAdvisoryRequest>
{
    protected override string Kind => "Advisory";

    protected override string MissingCode => "AdvisoryNotFound";

    protected override IEnumerable<object> Find(GetAdvisoryRequest request)
    {
        var patterns = new Wildcard(request.Id);
        var literal = patterns.Literals.ToList();
        var ids = request.Id.Count == 0
            ? catalogue.VulnerabilityIds(null)
            : literal.Concat(request.Id.Except(literal, StringComparer.Ordinal).SelectMany(p => catalogue.VulnerabilityIds(p)));
        if (request.Id.Any(i => i.StartsWith("KB", StringComparison.OrdinalIgnoreCase)))
            foreach (var article in Articles.All(catalogue, id => patterns.Matches(id))) yield return article;
        foreach (var id in ids)
            foreach (var statement in catalogue.Vulnerability(id)) yield return statement;
    }

    protected override IEnumerable<string> Names(GetAdvisoryRequest request) => new Wildcard(request.Id).Literals;

    protected override bool IsNamed(object item, string name) =>
        item is PatchArticle article ? article.Id.Equals(name, StringComparison.OrdinalIgnoreCase)
            : item is PatchOps.Core.Intake.VulnerabilityRecord v && v.Aliases.Prepend(v.Id).Contains(name, StringComparer.OrdinalIgnoreCase);
}

public sealed class GetStoreOperation(ICatalogue catalogue) : Query<GetStoreRequest>
{
    protected override string Kind => "Store";

    protected override string MissingCode => "StoreNotFound";

    protected override IEnumerable<object> Find(GetStoreRequest request) => [catalogue.Info()];
}
