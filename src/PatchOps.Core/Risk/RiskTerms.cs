using PatchOps.Core.Scoring.Ssvc;
using PatchOps.Domain;

namespace PatchOps.Core.Risk;

/// <summary>The terms of a risk, each with the score of the same inputs without it.</summary>
internal sealed class RiskTerms(
    RiskModel model, RiskFigures figures, RiskInput costliest, IReadOnlyList<RiskInput> inputs, RiskExplanation text)
{
    /// <summary>Vulnerabilities that get a term of their own, the heaviest first.</summary>
    private const int MostVulnerabilities = 5;

    public IReadOnlyList<RiskTerm> All()
    {
        var terms = new List<RiskTerm>();
        var cves = Vulnerabilities();
        if (cves.Count > 0) AddThreat(terms, cves);
        if (cves.Count > 1) AddVulnerabilities(terms, cves);
        terms.Add(new RiskTerm(
            "Value", model.Value(costliest.Asset), model.Policy.Currency, text.DescribeValue(), Without(RiskOmission.Value)));
        if (costliest.Asset.Sensitivity is { } sensitivity && cves.Count > 0)
            terms.Add(new RiskTerm("Data sensitivity", (int)sensitivity, "", sensitivity.ToString(), Without(RiskOmission.Sensitivity)));
        AddProblems(terms);
        terms.Add(new RiskTerm("Failure probability", figures.FailureProbability, "per install", text.Stability().TrimEnd('.'), null));
        terms.Add(new RiskTerm(
            "Cost of acting", figures.PatchCost, model.Policy.Currency,
            $"failed installs, planned downtime and work over {figures.Installs} install{(figures.Installs == 1 ? "" : "s")}", null));
        return terms;
    }

    private void AddThreat(List<RiskTerm> terms, List<CveFacts> cves)
    {
        if (cves.Where(c => model.KevDay(c) is not null).MaxBy(c => c.Ransomware) is { } listed)
        {
            terms.Add(new RiskTerm(
                "KEV entry", model.Policy.KevFloor, "least chance in 30 days", $"{listed.Id}: {text.Facts(listed)}", Without(RiskOmission.Kev)));
            if (listed.Ransomware)
            {
                terms.Add(new RiskTerm(
                    "Ransomware use", model.Policy.RansomwareFloor, "least chance in 30 days", $"KEV knows it for {listed.Id}",
                    Without(RiskOmission.Ransomware)));
            }
        }
        if (cves.Find(c => c.Ssvc.Exploitation == SsvcExploitation.Active) is { } active)
        {
            terms.Add(new RiskTerm(
                "Active exploitation", model.Policy.ActiveFloor, "least chance in 30 days", $"SSVC option in the record of {active.Id}",
                Without(RiskOmission.Active)));
        }
        var likeliest = cves.MaxBy(c => c.Epss ?? -1)!;
        terms.Add(new RiskTerm(
            "EPSS", likeliest.Epss ?? model.Policy.UnknownEpss, "in 30 days",
            likeliest.Epss is null ? "not known; the policy's mean is taken" : $"of {likeliest.Id}", Without(RiskOmission.Epss)));
        terms.Add(new RiskTerm(
            "Reach", model.Reach(costliest.Asset.Exposure ?? model.Policy.DefaultExposure, 0), "per day", text.DescribeExposure(),
            Without(RiskOmission.Exposure)));
    }

    private void AddVulnerabilities(List<RiskTerm> terms, List<CveFacts> cves)
    {
        var losses = Losses();
        foreach (var cve in cves.OrderByDescending(c => losses[c.Id]).ThenBy(c => c.Id, StringComparer.Ordinal).Take(MostVulnerabilities))
        {
            terms.Add(new RiskTerm(
                cve.Id, losses[cve.Id], $"{model.Policy.Currency} per day", text.Facts(cve), Without(RiskOmission.None, cve)));
        }
    }

    private void AddProblems(List<RiskTerm> terms)
    {
        if (figures.IncidentsPerDay <= 0) return;
        var problem = inputs.SelectMany(i => i.Problems ?? []).First();
        terms.Add(new RiskTerm(
            "Recurrence", figures.IncidentsPerDay * 30, "incidents in 30 days", text.Describe(problem).TrimEnd('.'),
            Without(RiskOmission.Problems)));
    }

    private double Without(RiskOmission omission, CveFacts? cve = null)
    {
        var loss = 0.0;
        foreach (var input in inputs) loss += model.Figures(input, omission, cve).ExpectedLossPerDay;
        return model.Score(loss);
    }

    private Dictionary<string, double> Losses()
    {
        var losses = new Dictionary<string, double>(StringComparer.OrdinalIgnoreCase);
        foreach (var input in inputs)
        {
            for (var i = 0; i < input.CveCount; i++)
            {
                var cve = input.CveAt(i);
                losses[cve.Id] = losses.GetValueOrDefault(cve.Id)
                    + model.Figures(new RiskInput { Asset = input.Asset, Cve = cve }).AttackLoss;
            }
        }
        return losses;
    }

    private List<CveFacts> Vulnerabilities()
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var cves = new List<CveFacts>();
        foreach (var input in inputs)
        {
            for (var i = 0; i < input.CveCount; i++)
            {
                if (seen.Add(input.CveAt(i).Id)) cves.Add(input.CveAt(i));
            }
        }
        return cves;
    }
}
