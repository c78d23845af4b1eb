using System.CommandLine;

namespace PatchOps.Cli;

/// <summary>The main job on the example estate, end to end.</summary>
internal static class Demo
{
    public static Command Command() => new("demo", "Runs the main job on the example estate.");
}
