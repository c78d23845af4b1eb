using PatchOps.Core.Kpi;
using PatchOps.Domain;

namespace PatchOps.Core.Reports.Sections;

/// <summary>What hurts most.</summary>
internal static class RiskSections
{
    public static ReportSection Overview(ReportInput input)
    {
        var open = input.Facts.Open;
        var loss = open.Sum(o => o.Risk.ExpectedLossPerDay);
        var decisions = Enum.GetValues<PatchDecision>().OrderDescending().Select(d => (Decision: d, Risks: input.Patches.Where(r => r.Decision == d).ToList())).Where(d => d.Risks.Count > 0);
        return new ReportSection
        {
            Title = "Risk now",
            Figures =
            [
                new("Expected loss per day", ReportCell.Money(loss, input.Currency), Definition: "Sum over all open findings but those that an exception covers; the formula is in the risk model's documentation."),
                new("Missing patches", ReportCell.Of(input.Patches.Count), Definition: "Different patches that at least one asset lacks."),
                new("Assets with missing patches", ReportCell.Of(open.Where(o => o.Patch is not null).Select(o => o.Asset).Distinct(StringComparer.Ordinal).Count()), Definition: $"Of {ReportCell.Of(input.Facts.Assets.Count).Text} assets."),
                new("Left open by exception", ReportCell.Of(input.Facts.Excepted.Sum(e => e.Count)), Definition: "Open findings that an active acceptance, deferral or pin covers; all other figures and the ranking leave them out. See Get-PatchException."),
                new("Known exploited", ReportCell.Of(input.Patches.Count(r => r.Kev)), Definition: "Missing patches that close a vulnerability listed by KEV."),
            ],
            Tables =
            [
                new ReportTable("What to do", ["Decision", "Patches", "Assets", "Expected loss per day", "Cost of patching", "Earliest due"],
                    [.. decisions.Select(d => (IReadOnlyList<ReportCell>)
                    [
                        ReportCell.Of(d.Decision.ToString()), ReportCell.Of(d.Risks.Count), ReportCell.Of(d.Risks.SelectMany(r => r.AssetIds).Distinct(StringComparer.Ordinal).Count()),
                        ReportCell.Money(d.Risks.Sum(r => r.ExpectedLossPerDay), input.Currency), ReportCell.Money(d.Risks.Sum(r => r.PatchCost), input.Currency), ReportCell.Day(d.Risks.Min(r => r.DueDate)),
                    ])]),
            ],
        };
    }

    public static ReportSection Ranking(ReportInput input, int top) => new()
    {
        Title = "Most urgent patches",
        Text = input.Patches.Count == 0 ? ["No patch is known to be missing."] : [],
        Tables = input.Patches.Count == 0 ? [] : [Table("Risk ranking", "Patch", [.. input.Patches.Take(top)], input.Patches.Count, input.Currency, _ => null)],
    };

    public static ReportSection Problems(ReportInput input)
    {
        var titles = input.Facts.Problems.GroupBy(p => p.Id, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First().Title, StringComparer.Ordinal);
        return new ReportSection
        {
            Title = "Open problems",
            Text = input.Problems.Count == 0 ? ["No problem is open."] : [],
            Tables = input.Problems.Count == 0 ? [] : [Table("Open problems by risk", "Problem", input.Problems, input.OpenProblems, input.Currency, id => titles.GetValueOrDefault(id))],
        };
    }

    private static ReportTable Table(string title, string what, IReadOnlyList<PatchRisk> risks, int all, string currency, Func<string, string?> name) => new(
        title, [what, "Rank", "Score", "Decision", "Due", "Loss per day", "Net benefit", "CVSS", "EPSS", "KEV", "Assets", "Incidents in 30 days", "Install failure", "Why"],
        [.. risks.Select(r => (IReadOnlyList<ReportCell>)
        [
            ReportCell.Of(name(r.Id) is { } text ? $"{r.Id} {text}" : r.Id), r.Rank is { } rank ? ReportCell.Of(rank) : ReportCell.None, ReportCell.Of(r.Score, 1), ReportCell.Of(r.Decision.ToString()), ReportCell.Day(r.DueDate),
            ReportCell.Money(r.ExpectedLossPerDay, currency), ReportCell.Money(r.NetBenefit, currency), Optional(r.Cvss, 1), r.Epss is null ? ReportCell.None : ReportCell.Percent(r.Epss),
            ReportCell.Of(r.Kev ? "listed" : ""), ReportCell.Of(r.Assets), ReportCell.Of(r.Recurrence, 1), ReportCell.Percent(r.FailureProbability), ReportCell.Of(r.MainReason ?? ""),
        ])],
        all > risks.Count ? $"The first {ReportCell.Of(risks.Count).Text} of {ReportCell.Of(all).Text}; see all with Get-PatchRisk." : null);

    private static ReportCell Optional(double? value, int decimals) => value is null ? ReportCell.None : ReportCell.Of(value, decimals);
}
