using PatchOps.Core.Planning.Engine.Search;

namespace PatchOps.Core.Planning.Engine.Projects;

/// <summary>A schedule found.</summary>
/// <param name="Makespan">Time units.</param>
/// <param name="Starts">Per activity.</param>
/// <param name="Evaluated">Schedules generated, every forward or backward pass counted.</param>
public sealed record ProjectSchedule(int Makespan, int[] Starts, int Evaluated);

/// <summary>
/// Hybrid genetic algorithm on activity lists (Hartmann 1998) with forward–backward improvement of every child
/// (Valls, Ballestín and Quintanilla 2008): the same meters and generation schemes as the patch planner, deterministic for a seed.
/// </summary>
public sealed class ProjectScheduler
{
    private sealed class Individual(int count)
    {
        public readonly int[] List = new int[count];
        public readonly int[] Start = new int[count];
        public int Makespan = int.MaxValue;
    }

    private readonly ProjectInstance _project;
    private readonly ScheduleGenerator _generator;
    private readonly SeededRandom _random;
    private readonly int[] _latest;
    private readonly int[] _scratch;
    private readonly bool[] _taken;
    private readonly int _budget;
    private Individual _best;

    private ProjectScheduler(ProjectInstance project, int budget, long seed)
    {
        _project = project;
        _budget = budget;
        _generator = new ScheduleGenerator(project);
        _random = new SeededRandom(seed);
        _latest = project.LatestStart();
        _scratch = new int[project.Count];
        _taken = new bool[project.Count];
        _best = new Individual(project.Count);
    }

    /// <param name="project">The project.</param>
    /// <param name="budget">Most schedules to evaluate; at least 3.</param>
    /// <param name="seed">Same seed, same schedule.</param>
    public static ProjectSchedule Solve(ProjectInstance project, int budget = 5_000, long seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(budget, 3);
        var scheduler = new ProjectScheduler(project, budget, seed);
        scheduler.Run();
        return new(scheduler._best.Makespan, (int[])scheduler._best.Start.Clone(), scheduler._generator.Generated);
    }

    private bool IsOver => _best.Makespan <= _project.CriticalPath || _generator.Generated + 3 > _budget;

    private void Run()
    {
        var size = Math.Clamp(_budget / 50, 4, 100);
        var population = new List<Individual>();
        while (population.Count < size && !IsOver) population.Add(First(population.Count));
        while (!IsOver)
        {
            var mother = Tournament(population);
            var father = Tournament(population);
            if (ReferenceEquals(mother, father)) father = population[_random.Next(population.Count)];
            var child = Cross(mother, father);
            Mutate(child.List);
            Decode(child);
            Replace(population, child);
        }
    }

    private Individual First(int number)
    {
        var individual = new Individual(_project.Count);
        if (number == 0)
        {
            individual.Makespan = _generator.Parallel([.. _latest.Select(l => (double)l)], individual.Start);
            Improve(individual);
            return individual;
        }
        Sample(individual.List);
        Decode(individual);
        return individual;
    }

    /// <summary>Regret-based biased random sampling on latest starts.</summary>
    private void Sample(int[] list)
    {
        var waits = new int[_project.Count];
        var eligible = new List<int>();
        for (var a = 0; a < waits.Length; a++)
        {
            waits[a] = _project.Predecessors[a].Length;
            if (waits[a] == 0) eligible.Add(a);
        }
        var weights = new double[_project.Count];
        for (var i = 0; i < list.Length; i++)
        {
            var worst = int.MinValue;
            foreach (var a in eligible) worst = Math.Max(worst, _latest[a]);
            double sum = 0;
            for (var e = 0; e < eligible.Count; e++) sum += weights[e] = Math.Pow(worst - _latest[eligible[e]] + 1, 1.5);
            var pick = _random.NextDouble() * sum;
            var at = 0;
            while (at + 1 < eligible.Count && (pick -= weights[at]) > 0) at++;
            var chosen = eligible[at];
            eligible.RemoveAt(at);
            list[i] = chosen;
            foreach (var s in _project.Successors[chosen])
            {
                if (--waits[s] == 0) eligible.Add(s);
            }
        }
    }

    private void Decode(Individual individual)
    {
        individual.Makespan = _generator.Serial(individual.List, individual.Start);
        Improve(individual);
    }

    private void Improve(Individual individual)
    {
        if (_generator.Generated + 2 <= _budget) individual.Makespan = _generator.Justify(individual.List, individual.Start, _scratch);
        _generator.OrderByStart(individual.List, individual.Start);
        if (individual.Makespan >= _best.Makespan) return;
        _best = individual;
    }

    private Individual Tournament(List<Individual> population)
    {
        Individual a = population[_random.Next(population.Count)], b = population[_random.Next(population.Count)];
        return a.Makespan <= b.Makespan ? a : b;
    }

    /// <summary>Two-point crossover: the mother's order outside the cut, the father's inside; precedence survives.</summary>
    private Individual Cross(Individual mother, Individual father)
    {
        var child = new Individual(_project.Count);
        var n = _project.Count;
        var length = n / 4 + _random.Next(n / 2 + 1);
        var from = _random.Next(n - length + 1);
        Array.Clear(_taken);
        var at = 0;
        for (var i = 0; i < from; i++) Take(mother.List[i]);
        for (var i = 0; i < n && at < from + length; i++) Take(father.List[i]);
        for (var i = 0; i < n && at < n; i++) Take(mother.List[i]);
        return child;

        void Take(int a)
        {
            if (_taken[a]) return;
            _taken[a] = true;
            child.List[at++] = a;
        }
    }

    private void Mutate(int[] list)
    {
        for (var i = 0; i + 1 < list.Length; i++)
        {
            if (_random.Next(20) != 0 || Array.IndexOf(_project.Predecessors[list[i + 1]], list[i]) >= 0) continue;
            (list[i], list[i + 1]) = (list[i + 1], list[i]);
        }
    }

    private void Replace(List<Individual> population, Individual child)
    {
        var worst = 0;
        for (var i = 0; i < population.Count; i++)
        {
            if (population[i].Makespan == child.Makespan && Near(population[i], child)) return;
            if (population[i].Makespan >= population[worst].Makespan) worst = i;
        }
        if (child.Makespan <= population[worst].Makespan) population[worst] = child;
    }

    /// <summary>Schedules that differ in hardly any start add nothing to a population.</summary>
    private static bool Near(Individual a, Individual b)
    {
        var different = 0;
        for (var i = 0; i < a.Start.Length; i++)
        {
            if (a.Start[i] != b.Start[i] && ++different > a.Start.Length / 10) return false;
        }
        return true;
    }
}
