using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Module;

/// <summary>Offers ids from the store in use: at most a handful, within a moment, and never an error in the middle of a line.</summary>
public abstract class StoreCompleter : IArgumentCompleter
{
    private const int Limit = 50;
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(180);

    public IEnumerable<CompletionResult> CompleteArgument(string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        var word = (wordToComplete ?? "").Trim('\'', '"').TrimEnd('*');
        var host = Session.Host();
        var named = (fakeBoundParameters?["Store"] as string) ?? host.DefaultStore;
        try
        {
            // A slow disk or a busy store must not hold up typing; the answer that comes late is dropped.
            var search = Task.Run(() => Search(host, named, word));
            return search.Wait(Patience) ? search.Result : [];
        }
        catch (AggregateException)
        {
            return [];
        }
    }

    /// <summary>Id, and what to show beside it.</summary>
    protected abstract IEnumerable<(string Id, string About)> Find(ICatalogue catalogue, string word);

    private List<CompletionResult> Search(OperationHost host, string? named, string word)
    {
        var location = StoreLocation.Resolve(named);
        if (!File.Exists(location)) return [];
        return [.. Find(host.Store(location).Catalogue, word)
            .Where(c => c.Id.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .DistinctBy(c => c.Id)
            .Take(Limit)
            .Select(c => new CompletionResult(c.Id.Any(char.IsWhiteSpace) ? $"'{c.Id.Replace("'", "''", StringComparison.Ordinal)}'" : c.Id, c.Id, CompletionResultType.ParameterValue, c.About.Length == 0 ? c.Id : c.About))];
    }
}

/// <summary>Plans, newest first.</summary>
public sealed class PlanCompleter : StoreCompleter
{
    protected override IEnumerable<(string Id, string About)> Find(ICatalogue catalogue, string word) => catalogue.Plans().Select(p => (p.Id, p.Name));
}

/// <summary>Assets by name.</summary>
public sealed class AssetCompleter : StoreCompleter
{
    protected override IEnumerable<(string Id, string About)> Find(ICatalogue catalogue, string word) =>
        catalogue.Assets().Select(a => (a.Name, $"{a.Environment} {a.OperatingSystem}".Trim()));
}

/// <summary>CVEs by their beginning; asked for once a year is typed, so that it never walks the whole store.</summary>
public sealed class CveCompleter : StoreCompleter
{
    protected override IEnumerable<(string Id, string About)> Find(ICatalogue catalogue, string word) =>
        word.Length < "CVE-2026-".Length ? [] : catalogue.VulnerabilityIds(word + "*").Select(id => (id, ""));
}

/// <summary>Problem records.</summary>
public sealed class ProblemCompleter : StoreCompleter
{
    protected override IEnumerable<(string Id, string About)> Find(ICatalogue catalogue, string word) => catalogue.Problems().Select(p => (p.Id, p.Title ?? ""));
}

/// <summary>Acceptances, deferrals and pins, newest first.</summary>
public sealed class ExceptionCompleter : StoreCompleter
{
    protected override IEnumerable<(string Id, string About)> Find(ICatalogue catalogue, string word) => catalogue.Exceptions().Reverse().Select(e => (e.Id, e.Justification));
}

/// <summary>Joint investigations, newest first.</summary>
public sealed class InvestigationCompleter : StoreCompleter
{
    protected override IEnumerable<(string Id, string About)> Find(ICatalogue catalogue, string word) => catalogue.Investigations().Select(i => (i.Id, $"{i.Problem} {i.Verdict}"));
}
