using System.Text.RegularExpressions;
using System.Xml.Linq;
using PatchOps.House.Tests.Faces;
using PatchOps.Tests;

namespace PatchOps.House.Tests.Surface;

/// <summary>What ships beside the assemblies names what is in them.</summary>
public sealed partial class ManifestTests
{
    private static string Root => SharedData.Repository;

    [Fact]
    public void Manifest_exports_exactly_the_cmdlets_there_are()
    {
        var list = ExportList().Match(File.ReadAllText(Path.Combine(Root, "PatchOps.psd1")));
        Assert.True(list.Success, "PatchOps.psd1 has no CmdletsToExport list.");
        var exported = Quoted().Matches(list.Groups[1].Value).Select(m => m.Groups[1].Value).ToHashSet(StringComparer.Ordinal);
        var present = CmdletForm.All.Select(c => c.Name).ToHashSet(StringComparer.Ordinal);
        Breaches.None(present.Except(exported).Select(n => $"'{n}' is missing in CmdletsToExport of PatchOps.psd1.")
            .Concat(exported.Except(present).Select(n => $"'{n}' stands in CmdletsToExport of PatchOps.psd1 and is no cmdlet.")));
    }

    [Fact]
    public void Every_type_that_a_cmdlet_gives_has_a_table_and_a_list()
    {
        var views = XDocument.Load(Path.Combine(Root, "module", "PatchOps.Format.ps1xml")).Descendants("View").ToList();
        Breaches.None(Given().SelectMany(type => new[] { "TableControl", "ListControl" }
            .Where(control => !views.Any(v => v.Element(control) is not null && v.Descendants("TypeName").Any(n => n.Value == type.FullName)))
            .Select(control => $"{type.FullName} has no {control}.")));
    }

    [Fact]
    public void Views_show_only_properties_that_exist()
    {
        var types = typeof(Domain.Failure).Assembly.GetTypes().Concat(typeof(Core.Operations.OperationRequest).Assembly.GetTypes()).ToLookup(t => t.FullName!);
        foreach (var view in XDocument.Load(Path.Combine(Root, "module", "PatchOps.Format.ps1xml")).Descendants("View"))
        {
            var name = view.Descendants("TypeName").Single().Value;
            Assert.True(types[name].Any(), $"No type {name} exists.");
            var named = view.Descendants("PropertyName").Select(p => p.Value).Concat(view.Descendants("ScriptBlock").SelectMany(s => Used().Matches(s.Value).Take(1)).Select(m => m.Groups[1].Value));
            Breaches.None(named.Where(p => types[name].First().GetProperty(p) is null).Select(p => $"{name} has no {p}."));
        }
    }

    [Fact]
    public void Every_view_has_its_default_properties()
    {
        var viewed = XDocument.Load(Path.Combine(Root, "module", "PatchOps.Format.ps1xml")).Descendants("TypeName").Select(t => t.Value);
        var typed = XDocument.Load(Path.Combine(Root, "module", "PatchOps.Types.ps1xml")).Descendants("Type").Select(t => t.Element("Name")!.Value);
        Assert.Equal(viewed.Distinct().Order(StringComparer.Ordinal), typed.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<Type> Given() =>
        CmdletForm.All.SelectMany(c => c.Outputs).Distinct().Where(t => t.Namespace!.StartsWith("PatchOps.", StringComparison.Ordinal));

    [GeneratedRegex(@"CmdletsToExport\s*=\s*@\(([^)]*)\)")]
    private static partial Regex ExportList();

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\$_\.(\w+)")]
    private static partial Regex Used();
}
