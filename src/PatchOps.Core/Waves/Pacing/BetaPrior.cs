using MathNet.Numerics;

namespace PatchOps.Core.Waves.Pacing;

/// <summary>What history says of the share of hosts that a change harms: Beta(<paramref name="A"/>, <paramref name="B"/>).</summary>
public sealed record BetaPrior(double A, double B)
{
    public double A { get; } = A > 0 && double.IsFinite(A) ? A : throw new ArgumentOutOfRangeException(nameof(A), A, "Must be a number above zero.");

    public double B { get; } = B > 0 && double.IsFinite(B) ? B : throw new ArgumentOutOfRangeException(nameof(B), B, "Must be a number above zero.");

    /// <summary>Without history: mean 5 %, worth twenty hosts, with a tail that reaches bad changes.</summary>
    public static BetaPrior Default { get; } = new(1, 19);

    public double Mean => A / (A + B);

    /// <summary>Learns from past rollouts by moments: the spread between rollouts beyond chance says how little one rollout tells of the next.</summary>
    /// <param name="rollouts">Harmed hosts and hosts, one pair per past rollout.</param>
    /// <returns>The default prior updated as one pool where fewer than three rollouts are known.</returns>
    public static BetaPrior Learn(IReadOnlyCollection<(int Harmed, int Hosts)> rollouts)
    {
        ArgumentNullException.ThrowIfNull(rollouts);
        var used = rollouts.Where(r => r.Hosts > 0).ToArray();
        if (Array.Exists(used, r => r.Harmed < 0 || r.Harmed > r.Hosts)) throw new ArgumentOutOfRangeException(nameof(rollouts), "Harmed hosts must lie between none and all.");
        double total = used.Sum(r => (double)r.Hosts);
        var harmed = used.Sum(r => (double)r.Harmed);
        // A little of the default stays in, so that a spotless history never claims that nothing can fail.
        var mean = (harmed + Default.A) / (total + Default.A + Default.B);
        if (used.Length < 3) return new BetaPrior(mean * (Default.A + Default.B), (1 - mean) * (Default.A + Default.B));

        // Pearson's overdispersion for proportions of unequal size: E[Q] = (k−1) + ρ·(Σn − Σn²⁄Σn − (k−1)).
        var q = used.Sum(r => r.Hosts * Math.Pow(((double)r.Harmed / r.Hosts) - mean, 2)) / (mean * (1 - mean));
        var k = used.Length - 1;
        var room = total - (used.Sum(r => (double)r.Hosts * r.Hosts) / total) - k;
        var rho = room <= 0 ? 0.05 : Math.Clamp((q - k) / room, 0.005, 0.5);
        var strength = (1 / rho) - 1;
        return new BetaPrior(mean * strength, (1 - mean) * strength);
    }

    public BetaPrior Seen(int good, int harmed) => new(A + harmed, B + good);

    /// <summary>P(more than <paramref name="limit"/> of <paramref name="hosts"/> are harmed): the beta-binomial's upper tail.</summary>
    public double TailAbove(int limit, int hosts)
    {
        if (limit >= hosts) return 0;
        if (limit < 0) return 1;
        // P(0) = B(a, b+n) ÷ B(a, b), and each further term from the one before.
        var term = Math.Exp(SpecialFunctions.GammaLn(B + hosts) - SpecialFunctions.GammaLn(A + B + hosts) - SpecialFunctions.GammaLn(B) + SpecialFunctions.GammaLn(A + B));
        var sum = term;
        for (var k = 0; k < limit; k++)
        {
            term *= (double)(hosts - k) / (k + 1) * (A + k) / (B + hosts - k - 1);
            sum += term;
        }
        return Math.Clamp(1 - sum, 0, 1);
    }

    public override string ToString() => FormattableString.Invariant($"Beta({A:0.###}, {B:0.###})");
}
