using System.Reflection;
using PatchOps.Adapters.Composition;
using PatchOps.Core.Operations;
using PatchOps.Domain;
using PatchOps.Loader;
using PatchOps.Module;

namespace PatchOps.House.Tests.Arrows;

/// <summary>Who may know whom, as docs say it; read from the built assemblies, so that no project file can hide a breach.</summary>
public sealed class ArrowTests
{
    private static readonly Assembly Domain = typeof(Failure).Assembly;
    private static readonly Assembly Core = typeof(OperationRequest).Assembly;
    private static readonly Assembly Adapters = typeof(OperationHost).Assembly;
    private static readonly Assembly Loader = typeof(ModuleContext).Assembly;
    private static readonly Assembly Module = typeof(OperationCmdlet).Assembly;
    private static readonly Assembly Cli = typeof(Cli.Verbs).Assembly;

    [Fact]
    public void Domain_knows_nobody() => Breaches.None(AssemblyFacts.Of(Domain).Assemblies);

    [Fact]
    public void Core_knows_the_domain_and_two_libraries_only() =>
        Breaches.None(AssemblyFacts.Of(Core).Assemblies.Except(["PatchOps.Domain", "NodaTime", "MathNet.Numerics"]));

    [Fact]
    public void Loader_knows_the_domain_only() => Breaches.None(AssemblyFacts.Of(Loader).Assemblies.Except(["PatchOps.Domain"]));

    [Fact]
    public void Adapters_know_no_face() =>
        Assert.DoesNotContain(AssemblyFacts.Of(Adapters).Assemblies, n => n is "PatchOps.Module" or "patchops" or "PatchOps.Loader" or "System.Management.Automation");

    [Fact]
    public void Module_knows_PowerShell_and_ours_only() =>
        Breaches.None(AssemblyFacts.Of(Module).Assemblies.Except(["PatchOps.Domain", "PatchOps.Core", "PatchOps.Adapters", "System.Management.Automation"]));

    [Fact]
    public void Command_line_knows_its_two_libraries_and_ours_only() =>
        Breaches.None(AssemblyFacts.Of(Cli).Assemblies.Except(["PatchOps.Domain", "PatchOps.Core", "PatchOps.Adapters", "System.CommandLine", "Spectre.Console", "Spectre.Console.Ansi"]));

    [Theory]
    [InlineData("Module")]
    [InlineData("Cli")]
    public void Faces_reach_adapters_through_composition_only(string face)
    {
        var used = AssemblyFacts.Of(face == "Module" ? Module : Cli).Types.Where(t => t.Assembly == "PatchOps.Adapters").Select(t => t.Type).ToList();
        Assert.NotEmpty(used);
        Assert.All(used, t => Assert.StartsWith("PatchOps.Adapters.Composition.", t, StringComparison.Ordinal));
    }

    [Fact]
    public void Domain_touches_no_file_network_clock_process_or_chance()
    {
        var facts = AssemblyFacts.Of(Domain);
        Breaches.None(facts.Types.Select(t => t.Type).Where(IsOutside));
        Assert.DoesNotContain(facts.Types, t => t.Type.StartsWith("System.IO.", StringComparison.Ordinal));
        Breaches.None(facts.Members.Where(ReadsSurroundings));
    }

    [Fact]
    public void Core_touches_no_file_network_clock_or_process()
    {
        var facts = AssemblyFacts.Of(Core);
        Breaches.None(facts.Types.Select(t => t.Type).Where(t => t != "System.IO.FileInfo" && IsOutside(t)));
        // A name that nobody else has is no result, so it may be drawn; TimeProvider is the one clock that may be asked.
        Breaches.None(facts.Members.Where(m => m is not ("System.Guid.NewGuid" or "System.TimeProvider.get_System") && ReadsSurroundings(m)));
        // A file may be named in a result, but not looked at.
        Breaches.None(facts.Members.Where(m => m.StartsWith("System.IO.File", StringComparison.Ordinal) && m != "System.IO.FileInfo..ctor" && !m.StartsWith("System.IO.FileNotFoundException.", StringComparison.Ordinal)));
    }

    [Fact]
    public void Nobody_reads_the_time_of_day_outside_TimeProvider()
    {
        foreach (var assembly in new[] { Adapters, Loader, Module, Cli }) Breaches.None(AssemblyFacts.Of(assembly).Members.Where(ReadsTimeOfDay));
    }

    private static bool IsOutside(string type) =>
        type is "System.IO.File" or "System.IO.FileInfo" or "System.IO.FileStream" or "System.IO.Directory" or "System.IO.DirectoryInfo" or "System.IO.DriveInfo" or "System.IO.FileSystemWatcher"
            or "System.Console" or "System.Diagnostics.Process" or "System.Threading.Thread" or "System.Diagnostics.Stopwatch"
        || (type.StartsWith("System.Net.", StringComparison.Ordinal) && type is not ("System.Net.WebUtility" or "System.Net.IPAddress" or "System.Net.IPNetwork"));

    private static bool ReadsSurroundings(string member) =>
        // Compiled iterators ask for their thread; whatever else is in the environment, the caller passes in.
        (member.StartsWith("System.Environment.", StringComparison.Ordinal) && member is not ("System.Environment.get_CurrentManagedThreadId" or "System.Environment.get_NewLine"))
        || ReadsTimeOfDay(member) || member is "System.TimeProvider.get_System" or "System.Guid.NewGuid" or "System.Guid.CreateVersion7" or "System.Random.get_Shared";

    private static bool ReadsTimeOfDay(string member) => member is
        "System.DateTime.get_Now" or "System.DateTime.get_UtcNow" or "System.DateTime.get_Today"
        or "System.DateTimeOffset.get_Now" or "System.DateTimeOffset.get_UtcNow" or "NodaTime.SystemClock.get_Instance";
}
