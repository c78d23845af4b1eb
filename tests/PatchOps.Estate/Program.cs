using System.Globalization;
using PatchOps.Estate;

var seed = EstateGenerator.DefaultSeed;
var output = Path.Combine("examples", "estate");
for (var i = 0; i < args.Length; i++)
{
    if (args[i] == "--seed")
    {
        if (i + 1 >= args.Length || !int.TryParse(args[++i], NumberStyles.Integer, CultureInfo.InvariantCulture, out seed)) return Usage("--seed needs a whole number.");
    }
    else if (args[i].StartsWith('-')) return Usage($"'{args[i]}' is not an option.");
    else output = args[i];
}
EstateFiles.Write(EstateGenerator.Generate(seed), output);
Console.WriteLine($"Wrote {Path.GetFullPath(output)}");
return 0;

static int Usage(string what)
{
    Console.Error.WriteLine($"{what} Usage: [--seed N] [OUTPUT]");
    return 2;
}
