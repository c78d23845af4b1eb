using System.Globalization;
using PatchOps.Core.Scoring.Ssvc;
using PatchOps.Domain;

namespace PatchOps.Core.Risk;

/// <summary>Explains one input when somebody asks. Keeps only the input: most of a million findings are never asked about.</summary>
internal sealed class LateExplanation(RiskModel model, RiskInput input) : IRiskExplanation
{
    public IReadOnlyList<string> Reasons() => Full().Reasons();

    public IReadOnlyList<RiskTerm> Terms() => Full().Terms();

    private RiskExplanation Full() => new(model, model.Figures(input), input, null);
}

/// <summary>
/// Writes the reasons of one risk. For a group the sentences about vulnerability and asset are those of the costliest input, and say so;
/// the scores without a term are computed over every input.
/// </summary>
internal sealed class RiskExplanation : IRiskExplanation
{
    private readonly RiskModel model;
    private readonly RiskFigures figures;
    private readonly RiskInput input;
    private readonly IReadOnlyList<RiskInput>? all;
    private readonly IReadOnlyCollection<string> notes;

    /// <param name="model">The model that scored.</param>
    /// <param name="figures">Of the input, or of the whole group.</param>
    /// <param name="input">The input, or the costliest of the group.</param>
    /// <param name="all">All inputs of a group, where terms are wanted; null for a single input.</param>
    /// <param name="notes">Of all inputs of a group; null for those of the input.</param>
    public RiskExplanation(RiskModel model, in RiskFigures figures, in RiskInput input, IReadOnlyList<RiskInput>? all, IReadOnlyCollection<string>? notes = null)
    {
        this.model = model;
        this.figures = figures;
        this.input = input;
        this.all = all;
        this.notes = notes ?? input.Notes ?? [];
    }

    private RiskPolicy Policy => model.Policy;

    public IReadOnlyList<string> Reasons()
    {
        var reasons = new List<string>(8);
        AddDecision(reasons);
        reasons.AddRange(notes);
        if (figures.Installs > 1)
        {
            reasons.Add(
                $"Summed over {figures.Installs} findings or installs; the costliest is on {input.Asset.Id}, which the next lines describe.");
        }
        AddVulnerability(reasons);
        AddAsset(reasons);
        foreach (var problem in input.Problems ?? []) reasons.Add(Describe(problem));
        reasons.Add(Stability());
        AddDueDate(reasons);
        return reasons;
    }

    public IReadOnlyList<RiskTerm> Terms() => new RiskTerms(model, figures, input, all ?? [input], this).All();

    internal static string Number(double value, string format = "0.####") => value.ToString(format, CultureInfo.InvariantCulture);

    internal static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    internal static string Percent(double share) => Number(share * 100, share < 0.001 ? "0.######" : "0.##") + " %";

    internal string Money(double amount) => Number(amount, Math.Abs(amount) < 10 ? "0.####" : "#,0") + " " + Policy.Currency;

    internal string Describe(CveFacts cve) => $"{cve.Id}: {Facts(cve)}.";

    internal string Facts(CveFacts cve)
    {
        var parts = new List<string>(4);
        if (model.KevDay(cve) is { } day)
            parts.Add($"listed in KEV on {Iso(day)}{(cve.Ransomware ? ", used by ransomware" : "")}");
        parts.Add(cve.Epss is { } epss ? "EPSS " + Number(epss) : $"EPSS not known, {Number(Policy.UnknownEpss)} taken");
        if (cve.Ssvc.Exploitation == SsvcExploitation.Active) parts.Add("its record says active exploitation");
        var (score, impact, _) = model.Severity(cve, ContextOf(input.Asset));
        parts.Add(score is { } s ? "CVSS here " + Number(s, "0.0") : $"no CVSS, {Number(Policy.UnknownCvss, "0.0")} taken");
        parts.Add($"an exploit costs {Percent(impact)} of the asset");
        return string.Join("; ", parts);
    }

    internal string Describe(ProblemFacts problem)
    {
        var rate = Recurrence.RatePerDay(problem.Recurrence, Policy) * 30;
        var (low, high) = Recurrence.Interval(problem.Recurrence, Policy);
        var (fixLow, fixHigh) = model.FixProbability(problem).Interval();
        var cost = Money(model.IncidentCost(problem)) + (problem.IncidentCost is null
            ? problem.Priority is { } priority ? $" (priority {priority})" : $" (priority not stated; {Policy.DefaultPriority} taken)"
            : "");
        return $"Problem {problem.Id}: {Number(rate, "0.##")} incidents in 30 days expected " +
            $"({Number(low * 30, "0.##")}–{Number(high * 30, "0.##")}, {Number(problem.Recurrence.Incidents, "0.#")} counted by age), " +
            $"{cost} each; this patch fixes it with {Percent(model.FixProbability(problem).Mean)} ({Percent(fixLow)}–{Percent(fixHigh)}).";
    }

    internal string Stability()
    {
        var estimate = model.FailureProbability(input);
        var (low, high) = estimate.Interval();
        var own = input.Installs.Patch;
        return $"An install fails or is rolled back with {Percent(estimate.Mean)} ({Percent(low)}–{Percent(high)}): " +
            $"{own.Hits} of {own.Trials} with this patch, {input.Installs.Product.Hits} of {input.Installs.Product.Trials} with its product, " +
            $"{input.Installs.Vendor.Hits} of {input.Installs.Vendor.Trials} with its vendor; acting costs {Money(figures.PatchCost)}.";
    }

    internal string DescribeExposure() => input.Asset.Exposure is { } exposure
        ? $"{exposure}{(input.Asset.Tier is { } tier ? $" by the policy's tier '{tier}'" : "")}: attacked with success on {Percent(model.Reach(exposure, 0))} of the days on which exploitation goes on"
        : $"exposure not stated, {Policy.DefaultExposure} taken";

    internal string DescribeValue()
    {
        var asset = input.Asset;
        var value = Money(model.Value(asset));
        if (asset.Value is not null) return $"{value}, stated for the asset";
        var criticality = asset.Criticality is { } c ? $"criticality {c}" : $"criticality not stated, {Policy.DefaultCriticality} taken";
        var environment = asset.Environment is { } e ? e.ToString() : $"environment not stated, {Policy.DefaultEnvironment} taken";
        return $"{value} by the policy's table: {criticality}; {environment}";
    }

    private Scoring.Cvss.CvssContext ContextOf(AssetFacts asset) => Policy.Context.For(
        asset.Criticality ?? Policy.DefaultCriticality, asset.Sensitivity, asset.Exposure ?? Policy.DefaultExposure);

    private void AddDecision(List<string> reasons)
    {
        var score = model.Score(figures.ExpectedLossPerDay);
        var net = model.NetBenefit(figures);
        var decision = model.Decide(figures);
        var balance = net >= 0 ? $"saves {Money(net)} more than it costs" : $"costs {Money(-net)} more than it saves";
        var text = $"{decision.Decision}: expected loss {Money(figures.ExpectedLossPerDay)} a day scores {Number(score, "0.0")}; " +
            $"over {Number(Policy.BenefitDays, "0")} days the patch {balance}";
        if (decision.Decision == PatchDecision.Accept)
            text += $"; it fails too often ({Percent(figures.FailureProbability)}) for a score below {Number(Policy.AcceptScore, "0.#")}";
        var table = model.Ssvc.Table;
        if (decision.RaisedBySsvc) text += $"; SSVC {table.Id} asks for {table.Outcomes[figures.SsvcOutcome]}, which raises it";
        if (decision.BoundByKind) text += $"; policy makes a {KindName()} {decision.Decision}";
        reasons.Add(text + ".");
    }

    private string KindName() => figures.Kind switch { UpdateKind.Security => "security update", UpdateKind.BugFix => "bug fix", _ => "feature update" };

    private void AddVulnerability(List<string> reasons)
    {
        if (Worst() is not { } worst) return;
        reasons.Add(Describe(worst));
        if (input.CveCount > 1) reasons.Add($"The patch closes {input.CveCount} vulnerabilities there; this one weighs most.");
        if (figures.SsvcOutcome >= 0)
        {
            var assessment = model.Ssvc.Assess(model.SsvcFactsOf(worst, input.Asset));
            reasons.Add($"SSVC {assessment}: {string.Join("; ", assessment.Points.Select(p => p.ToString()))}.");
        }
    }

    private void AddAsset(List<string> reasons)
    {
        reasons.Add($"Value of {input.Asset.Id}: {DescribeValue()}.");
        if (input.CveCount > 0)
            reasons.Add($"Reach: {DescribeExposure()}. Chance of an attack on a day: {Percent(figures.AttackPerDay)}.");
    }

    private void AddDueDate(List<string> reasons)
    {
        var decision = model.Decide(figures);
        if (decision.DueDate is not { } due) return;
        var (days, name) = model.Decider.Allowed(figures, decision.Decision);
        var start = model.Decider.Start(figures, decision.Decision);
        var late = (model.AsOf - due).TotalDays;
        reasons.Add(
            $"Due {Iso(DateOnly.FromDateTime(due.UtcDateTime))}: {days} days ({name} service level) from " +
            Iso(DateOnly.FromDateTime(start.UtcDateTime)) +
            (late >= 1 ? $"; overdue by {Number(Math.Floor(late), "0")} days." : "."));
        if (decision.WaivedTests.Count > 0)
        {
            reasons.Add(
                $"Regulated ({string.Join(", ", Regulations())}): these tests are waived to meet the date: " +
                $"{string.Join(", ", decision.WaivedTests)}.");
        }
    }

    private IEnumerable<string> Regulations() =>
        input.Asset.Regulations.Count > 0 ? input.Asset.Regulations : ["another asset of the group"];

    private CveFacts? Worst()
    {
        CveFacts? worst = null;
        var greatest = -1.0;
        for (var i = 0; i < input.CveCount; i++)
        {
            var cve = input.CveAt(i);
            var loss = model.Figures(new RiskInput { Asset = input.Asset, Cve = cve }).AttackLoss;
            if (loss <= greatest) continue;
            greatest = loss;
            worst = cve;
        }
        return worst;
    }
}
