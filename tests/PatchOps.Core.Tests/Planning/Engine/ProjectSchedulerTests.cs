using PatchOps.Core.Planning.Engine.Projects;
using PatchOps.Domain;

namespace PatchOps.Core.Tests.Planning.Engine;

public sealed class ProjectSchedulerTests
{
    private static ProjectInstance Random(int seed, int count)
    {
        var random = new Random(seed);
        var successors = Enumerable.Range(0, count).Select(a => Enumerable.Range(a + 1, count - a - 1).Where(_ => random.Next(4) == 0).ToArray()).ToArray();
        return new([.. Enumerable.Range(0, count).Select(_ => random.Next(1, 5))],
            [.. Enumerable.Range(0, count).Select(_ => new[] { random.Next(0, 4), random.Next(0, 4) })], [4, 5], successors);
    }

    /// <summary>All precedence-feasible lists through the serial scheme: contains an optimum.</summary>
    private static int Best(ProjectInstance project)
    {
        var generator = new ScheduleGenerator(project);
        var list = new int[project.Count];
        var used = new bool[project.Count];
        var start = new int[project.Count];
        var best = int.MaxValue;
        Try(0);
        return best;

        void Try(int at)
        {
            if (at == list.Length)
            {
                best = Math.Min(best, generator.Serial(list, start));
                return;
            }
            for (var a = 0; a < list.Length; a++)
            {
                if (used[a] || project.Predecessors[a].Any(p => !used[p])) continue;
                used[a] = true;
                list[at] = a;
                Try(at + 1);
                used[a] = false;
            }
        }
    }

    [Fact]
    public void Small_projects_are_scheduled_optimally_and_validly()
    {
        for (var seed = 1; seed <= 25; seed++)
        {
            var project = Random(seed, 7);
            var schedule = ProjectScheduler.Solve(project, 600, seed);
            Assert.Equal(Best(project), schedule.Makespan);
            Assert.True(schedule.Evaluated <= 600);
            for (var t = 0; t < schedule.Makespan; t++)
            {
                var running = Enumerable.Range(0, project.Count).Where(a => schedule.Starts[a] <= t && t < schedule.Starts[a] + project.Durations[a]).ToList();
                for (var r = 0; r < project.Capacities.Length; r++) Assert.True(running.Sum(a => project.Demands[a][r]) <= project.Capacities[r]);
            }
            for (var a = 0; a < project.Count; a++)
            {
                foreach (var s in project.Successors[a]) Assert.True(schedule.Starts[s] >= schedule.Starts[a] + project.Durations[a]);
            }
        }
    }

    [Fact]
    public void Justification_never_lengthens_a_schedule()
    {
        for (var seed = 1; seed <= 30; seed++)
        {
            var project = Random(seed, 40);
            var generator = new ScheduleGenerator(project);
            var start = new int[40];
            var makespan = generator.Serial([.. project.Order], start);
            Assert.True(generator.Justify(new int[40], start, new int[40]) <= makespan);
            Assert.Equal(3, generator.Generated);
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_schedule_and_the_budget_is_kept()
    {
        var project = Random(9, 60);
        var first = ProjectScheduler.Solve(project, 500, 4);
        Assert.Equal(first.Starts, ProjectScheduler.Solve(project, 500, 4).Starts);
        Assert.InRange(first.Evaluated, 1, 500);
        Assert.InRange(first.Makespan, project.CriticalPath, project.Durations.Sum());
    }

    [Fact]
    public void Impossible_projects_are_refused()
    {
        Assert.Equal("DependencyCycle", Assert.Throws<FailureException>(() => new ProjectInstance([1, 1], [[0], [0]], [1], [[1], [0]])).Failure.Code);
        Assert.Equal("InvalidCapacity", Assert.Throws<FailureException>(() => new ProjectInstance([1], [[2]], [1], [[]])).Failure.Code);
    }
}
