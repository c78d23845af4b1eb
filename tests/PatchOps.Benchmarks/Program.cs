using System.Reflection;

namespace PatchOps.Benchmarks;

/// <summary>One benchmark: named on the command line, prints a table of its own.</summary>
internal interface IBenchmark
{
    string Name { get; }

    /// <param name="folder">Data other than the default, or null.</param>
    int Run(string? folder);
}

internal static class Program
{
    private static int Main(string[] args)
    {
        var all = Assembly.GetExecutingAssembly().GetTypes()
            .Where(t => t is { IsClass: true, IsAbstract: false } && typeof(IBenchmark).IsAssignableFrom(t))
            .Select(t => (IBenchmark)Activator.CreateInstance(t)!)
            .OrderBy(b => b.Name, StringComparer.Ordinal)
            .ToList();
        var chosen = args.Length == 0 ? null : all.Find(b => b.Name.Equals(args[0], StringComparison.OrdinalIgnoreCase));
        if (chosen is not null) return chosen.Run(args.ElementAtOrDefault(1));
        Console.Error.WriteLine($"Name one benchmark: {string.Join(", ", all.Select(b => b.Name))}. A folder may follow.");
        return 2;
    }
}
