using System.Management.Automation;
using System.Reflection;
using PatchOps.Cli;

namespace PatchOps.House.Tests.Faces;

/// <summary>What PowerShell users expect of any module.</summary>
public sealed class MannersTests
{
    /// <summary>Cmdlets that change hosts, and therefore ask by default.</summary>
    private static readonly string[] ChangeHosts = ["Invoke-PatchWave", "Undo-PatchWave"];

    private static readonly Type[] VerbGroups =
        [typeof(VerbsCommon), typeof(VerbsData), typeof(VerbsLifecycle), typeof(VerbsDiagnostic), typeof(VerbsCommunications), typeof(VerbsSecurity), typeof(VerbsOther)];

    [Fact]
    public void Verbs_are_approved()
    {
        var approved = VerbGroups.SelectMany(g => g.GetFields(BindingFlags.Public | BindingFlags.Static)).Select(f => (string)f.GetRawConstantValue()!).ToHashSet(StringComparer.Ordinal);
        Breaches.None(CmdletForm.All.Where(c => !approved.Contains(c.Verb)).Select(c => c.Name));
    }

    [Fact]
    public void Nouns_are_singular_with_the_prefix()
    {
        Breaches.None(CmdletForm.All.Where(c => !c.Noun.StartsWith("Patch", StringComparison.Ordinal) && c.Noun != "CvssScore").Select(c => c.Name));
        Breaches.None(CmdletForm.All.Where(c => c.Noun.EndsWith('s') && !c.Noun.EndsWith("ss", StringComparison.Ordinal) && !c.Noun.EndsWith("us", StringComparison.Ordinal)).Select(c => c.Name));
    }

    [Fact]
    public void Whatever_changes_something_supports_WhatIf_and_nothing_else_does()
    {
        foreach (var (_, operation) in OperationCatalogue.All)
        {
            var cmdlet = CmdletForm.All.Single(c => c.Name == operation.Cmdlet);
            Assert.True(cmdlet.ShouldProcess == operation.Changes, $"{cmdlet.Name}: SupportsShouldProcess is {cmdlet.ShouldProcess}, but its operation says Changes = {operation.Changes}.");
        }
    }

    [Fact]
    public void Impact_is_high_only_where_hosts_change() =>
        Assert.Equal(CmdletForm.All.Where(c => ChangeHosts.Contains(c.Name)).Select(c => c.Name), CmdletForm.All.Where(c => c.HighImpact).Select(c => c.Name));

    [Fact]
    public void Every_cmdlet_says_what_it_gives() => Breaches.None(CmdletForm.All.Where(c => c.Outputs.Count == 0 && c.Verb != "Disconnect").Select(c => c.Name));

    [Fact]
    public void What_cmdlets_give_are_types_of_the_domain_or_documented_records()
    {
        var elsewhere = CmdletForm.All.SelectMany(c => c.Outputs).Distinct().Where(t => !t.Namespace!.StartsWith("PatchOps.Domain", StringComparison.Ordinal)).Select(t => t.FullName);
        Breaches.None(elsewhere.Except(["PatchOps.Core.Intake.VulnerabilityRecord", "PatchOps.Core.Waves.State.TimelineEntry", "System.IO.FileInfo"]));
    }

    [Fact]
    public void No_cmdlet_declares_a_name_or_alias_twice() =>
        Breaches.None(CmdletForm.All.SelectMany(c => c.Parameters.SelectMany(p => p.Aliases.Append(p.Name)).GroupBy(n => n, StringComparer.OrdinalIgnoreCase)
            .Where(g => g.Count() > 1).Select(g => $"{c.Name} declares '{g.Key}' {g.Count()} times, so it cannot run.")));

    [Fact]
    public void Positions_start_at_zero_without_gaps()
    {
        foreach (var cmdlet in CmdletForm.All)
        {
            var positions = cmdlet.Parameters.Select(p => p.Position).OfType<int>().Order().ToList();
            Assert.True(positions.SequenceEqual(Enumerable.Range(0, positions.Count)), $"{cmdlet.Name}: positions {string.Join(", ", positions)}.");
        }
    }
}
