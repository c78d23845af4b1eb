using PatchOps.Core.Scoring.Cvss;
using PatchOps.Core.Scoring.Ssvc;
using PatchOps.Domain;

namespace PatchOps.Core.Risk;

/// <summary>What a counterfactual leaves out, to show what the score would be without it.</summary>
[Flags]
internal enum RiskOmission
{
    None = 0,
    Epss = 1,
    Kev = 2,
    Ransomware = 4,
    Active = 8,
    Exposure = 16,
    Value = 32,
    Sensitivity = 64,
    Problems = 128,
}

/// <summary>
/// Expected loss per day of leaving things as they are, its reading as a score, and the decision that weighs it against the cost of
/// acting. Deterministic for a policy and a day; formulas and sources in <c>docs/risk-model.md</c>. One instance may serve many threads.
/// </summary>
public sealed class RiskModel
{
    private const double EpssDays = 30;

    private readonly double[] reach = new double[16];
    private readonly double[] spread;
    private readonly double[] values;
    private readonly double[] environmentShares;
    private readonly double[] incidentCosts;
    private readonly double scoreFactor;
    private readonly DateOnly today;

    /// <param name="policy">Checked once, here.</param>
    /// <param name="asOf">The day that is asked for: a KEV entry after it does not count; service levels without a date of their own start here.</param>
    /// <exception cref="FailureException"><c>RiskPolicyInvalid</c>: lists every fault.</exception>
    public RiskModel(RiskPolicy policy, DateTimeOffset asOf)
    {
        RiskPolicyCheck.Require(policy);
        Policy = policy;
        AsOf = asOf.ToUniversalTime();
        today = DateOnly.FromDateTime(AsOf.UtcDateTime);
        for (var tier = 0; tier < 4; tier++)
        {
            for (var vector = 0; vector < 4; vector++) reach[(tier * 4) + vector] = policy.Reach[tier] * policy.VectorReach[vector];
        }
        spread = [.. policy.Spread];
        values = [.. policy.Value];
        environmentShares = [.. policy.EnvironmentShare];
        incidentCosts = [.. policy.IncidentCost];
        scoreFactor = 100 / Math.Log(1 + (policy.ScoreTop / policy.ScoreUnit));
        // One default for one unknown: what the risk takes for an asset, SSVC takes as well.
        Ssvc = new SsvcAssessor(SsvcTables.Named(policy.SsvcTable), policy.Ssvc, policy.DefaultCriticality, policy.DefaultExposure);
        Decider = new RiskDecider(policy, Ssvc.Table, AsOf);
    }

    public RiskPolicy Policy { get; }

    public DateTimeOffset AsOf { get; }

    public SsvcAssessor Ssvc { get; }

    internal RiskDecider Decider { get; }

    /// <summary>The numbers of one input; allocates nothing.</summary>
    public RiskFigures Figures(in RiskInput input) => Figures(input, RiskOmission.None, null);

    /// <summary>
    /// Score of a loss per day: 100 · ln(1 + loss/unit) / ln(1 + top/unit), at most 100, rounded to one decimal.
    /// </summary>
    public double Score(double lossPerDay) => Math.Round(Math.Min(100, scoreFactor * Math.Log(1 + (lossPerDay / Policy.ScoreUnit))), 1);

    /// <summary>Loss avoided within the policy's horizon, less the cost of acting.</summary>
    public double NetBenefit(in RiskFigures figures) => (figures.ExpectedLossPerDay * Policy.BenefitDays) - figures.PatchCost;

    public RiskDecision Decide(in RiskFigures figures) =>
        Decider.Decide(figures, Score(figures.ExpectedLossPerDay), NetBenefit(figures));

    /// <summary>The risk of one input as users see it. Reasons are written only when they are read.</summary>
    public PatchRisk Assess(string id, in RiskInput input, bool explain = false)
    {
        var figures = Figures(input);
        return ToRisk(id, figures, [input.Asset.Id], new LateExplanation(this, input), explain);
    }

    internal PatchRisk ToRisk(string id, in RiskFigures figures, IReadOnlyList<string> assets, IRiskExplanation explanation, bool explain)
    {
        var score = Score(figures.ExpectedLossPerDay);
        var net = NetBenefit(figures);
        var decision = Decider.Decide(figures, score, net);
        return new PatchRisk(explanation, explain)
        {
            Id = id,
            Score = score,
            Decision = decision.Decision,
            Kind = figures.Kind,
            Ssvc = figures.SsvcOutcome < 0 ? null : Ssvc.Table.Outcomes[figures.SsvcOutcome],
            ExpectedLossPerDay = figures.ExpectedLossPerDay,
            PatchCost = figures.PatchCost,
            NetBenefit = net,
            Cvss = figures.Cvss,
            Epss = figures.Epss,
            Kev = figures.KevAdded is not null,
            Recurrence = figures.IncidentsPerDay * 30,
            FailureProbability = figures.FailureProbability,
            Assets = assets.Count,
            AssetIds = assets,
            DueDate = decision.DueDate,
        };
    }

    internal RiskFigures Figures(in RiskInput input, RiskOmission omit, CveFacts? without)
    {
        var asset = input.Asset;
        var exposure = asset.Exposure is { } e && (omit & RiskOmission.Exposure) == 0 ? e : Policy.DefaultExposure;
        var value = Value(asset, omit);
        var criticality = (omit & RiskOmission.Value) == 0 ? asset.Criticality ?? Policy.DefaultCriticality : Policy.DefaultCriticality;
        var context = Policy.Context.For(criticality, (omit & RiskOmission.Sensitivity) == 0 ? asset.Sensitivity : null, exposure);

        double attack = 0, lost = 0;
        double? cvss = null, epss = null;
        DateOnly? kev = null;
        var ssvc = -1;
        for (var i = 0; i < input.CveCount; i++)
        {
            var cve = input.CveAt(i);
            if (without is not null && cve.Id == without.Id) continue;
            var listed = KevDay(cve, omit);
            var (score, impact, vector) = Severity(cve, context);
            var chance = DailyChance(cve, omit) * reach[((int)exposure * 4) + vector];
            attack += chance * (1 - attack);
            lost += chance * impact * (1 - lost);
            cvss = RiskFigures.Greater(cvss, score);
            epss = RiskFigures.Greater(epss, cve.Epss);
            if (kev is null || listed > kev) kev = listed;
            ssvc = Math.Max(ssvc, Ssvc.Outcome(SsvcFactsOf(cve, asset, omit)));
        }

        double incidents = 0, problemLoss = 0;
        if (input.Problems is { } problems && (omit & RiskOmission.Problems) == 0)
        {
            for (var i = 0; i < problems.Count; i++)
            {
                var rate = Recurrence.RatePerDay(problems[i].Recurrence, Policy);
                incidents += rate;
                problemLoss += rate * FixProbability(problems[i]).Mean * IncidentCost(problems[i]);
            }
        }

        var failure = FailureProbability(input).Mean;
        var hour = value * Policy.OutageShareOfValue;
        return new RiskFigures(failure)
        {
            AttackPerDay = attack,
            AttackLoss = lost * value * spread[(int)exposure],
            ProblemLoss = problemLoss,
            PatchCost = (failure * Policy.OutageHours * hour)
                + ((input.DowntimeMinutes ?? Policy.DowntimeMinutes) / 60 * Policy.PlannedShare * hour)
                + Policy.WorkPerInstall,
            IncidentsPerDay = incidents,
            Cvss = cvss,
            Epss = epss,
            KevAdded = kev,
            SsvcOutcome = ssvc,
            FixAvailable = input.FixAvailable,
            Regulated = asset.Regulations.Count > 0,
            Internet = exposure == AssetExposure.Internet,
            Sensitive = asset.Sensitivity >= Policy.ServiceLevels.SensitiveFrom,
            Kind = input.CveCount > 0 ? UpdateKind.Security : input.Kind ?? (input.Problems?.Count > 0 ? UpdateKind.BugFix : UpdateKind.Feature),
        };
    }

    internal double Value(AssetFacts asset, RiskOmission omit = RiskOmission.None) =>
        (omit & RiskOmission.Value) != 0 ? values[Policy.DefaultCriticality - 1]
        : asset.Value ?? (values[(asset.Criticality ?? Policy.DefaultCriticality) - 1]
            * environmentShares[(int)(asset.Environment ?? Policy.DefaultEnvironment)]);

    /// <summary>30-day chance of exploitation somewhere: EPSS, raised to the floor of what is known to have happened.</summary>
    internal double Chance(CveFacts cve, RiskOmission omit = RiskOmission.None)
    {
        var chance = (omit & RiskOmission.Epss) == 0 ? cve.Epss ?? Policy.UnknownEpss : Policy.UnknownEpss;
        if (KevDay(cve, omit) is not null)
        {
            chance = Math.Max(chance, Policy.KevFloor);
            if (cve.Ransomware && (omit & RiskOmission.Ransomware) == 0) chance = Math.Max(chance, Policy.RansomwareFloor);
        }
        if (cve.Ssvc.Exploitation == SsvcExploitation.Active && (omit & RiskOmission.Active) == 0)
            chance = Math.Max(chance, Policy.ActiveFloor);
        return chance;
    }

    /// <summary>Chance that exploitation goes on somewhere on one day, under a constant hazard over the 30 days that EPSS forecasts.</summary>
    internal double DailyChance(CveFacts cve, RiskOmission omit = RiskOmission.None) => 1 - Math.Pow(1 - Chance(cve, omit), 1 / EpssDays);

    internal double Reach(AssetExposure exposure, int attackVector) => reach[((int)exposure * 4) + attackVector];

    internal DateOnly? KevDay(CveFacts cve, RiskOmission omit = RiskOmission.None) =>
        cve.KevAdded <= today && (omit & RiskOmission.Kev) == 0 ? cve.KevAdded : null;

    /// <summary>Score on the asset, share of the asset that is lost, and where the attacker must be.</summary>
    internal (double? Score, double Impact, int Vector) Severity(CveFacts cve, CvssContext context)
    {
        if (!cve.Cvss.IsKnown) return (cve.CvssScore, (cve.CvssScore ?? Policy.UnknownCvss) / 10, 0);
        var scores = cve.Cvss.With(context).Scores();
        return (scores.Score, scores.Impact, CvssTraits.AttackVector(cve.Cvss));
    }

    internal SsvcFacts SsvcFactsOf(CveFacts cve, AssetFacts asset, RiskOmission omit = RiskOmission.None) => new()
    {
        KevAdded = KevDay(cve, omit),
        Epss = cve.Epss,
        Record = cve.Ssvc,
        Cvss = cve.Cvss,
        Criticality = asset.Criticality,
        Exposure = asset.Exposure,
    };

    internal ShrunkProbability FailureProbability(in RiskInput input) =>
        ShrunkProbability.Estimate(input.Installs, Policy.FailurePrior, Policy.ShrinkageTrials);

    internal ShrunkProbability FixProbability(ProblemFacts problem) =>
        ShrunkProbability.Estimate(problem.Fixes, Policy.FixPrior, Policy.ShrinkageTrials);

    internal double IncidentCost(ProblemFacts problem) =>
        problem.IncidentCost ?? incidentCosts[Math.Clamp(problem.Priority ?? Policy.DefaultPriority, 1, 5) - 1];
}
