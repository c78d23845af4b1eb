using System.Runtime.CompilerServices;
using PatchOps.Core.Operations.Requests;
using PatchOps.Core.Planning.Documents;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Core.Operations.Plan;

public sealed class ExportPlanOperation(ICatalogue catalogue, IDocumentWriter writer) : IOperation<ExportPlanRequest>
{
    public async IAsyncEnumerable<OperationEvent> RunAsync(ExportPlanRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var plan = StoredPlan.Require(catalogue, request.PlanId);
        var format = request.Format ?? FormatOf(request.Path);
        var path = writer.Check(request.Path);
        var ask = new AskEvent(path, $"Write plan {plan.Name} as {format}");
        yield return ask;
        var answer = await ask.Reply.ConfigureAwait(false);
        if (answer == Answer.No) yield break;
        if (answer == Answer.Yes) path = await writer.WriteAsync(path, PlanText.Write(plan, format), marked: format == PlanFormat.Csv, cancellationToken).ConfigureAwait(false);
        yield return new ResultEvent(new FileInfo(path));
        if (format != PlanFormat.Ansible) yield break;
        // The inventory stands beside the playbook that it is for.
        var inventory = System.IO.Path.ChangeExtension(path, null) + ".inventory.yml";
        if (answer == Answer.Yes)
            inventory = await writer.WriteAsync(inventory, PlanText.Inventory(plan, catalogue.Assets(includeRetired: true).ToDictionary(a => a.Id, StringComparer.Ordinal)), marked: false, cancellationToken).ConfigureAwait(false);
        yield return new ResultEvent(new FileInfo(inventory));
    }

    private static PlanFormat FormatOf(string path) => System.IO.Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".JSON" => PlanFormat.Json,
        ".CSV" => PlanFormat.Csv,
        ".ICS" => PlanFormat.Ics,
        ".MD" => PlanFormat.Markdown,
        ".YML" or ".YAML" => PlanFormat.Ansible,
        var ending => throw new FailureException("PlanFormatUnknown", FailureKind.InvalidInput, $"The ending '{ending}' names no form of a plan.", path, "Give -Format Json, Csv, Ics, Markdown or Ansible."),
    };
}
