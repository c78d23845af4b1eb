#if POWERSHELL
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Runtime.Loader;

namespace PatchOps.Engine.Tests;

/// <summary>The cmdlets as the engine runs them.</summary>
public sealed class CmdletTests(EngineFixture engine) : IClassFixture<EngineFixture>
{
    private const string Vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";

    [Fact]
    public void Positional_and_pipeline_input_bind_alike()
    {
        var direct = Run($"(Get-CvssScore '{Vector}').BaseScore");
        var piped = Run($"('{Vector}' | Get-CvssScore).BaseScore");
        var byName = Run($"([pscustomobject]@{{ Vector = '{Vector}' }} | Get-CvssScore).BaseScore");
        Assert.Equal([9.8, 9.8, 9.8], new[] { direct, piped, byName }.Select(r => (double)Assert.Single(r.Output).BaseObject));
    }

    [Fact]
    public void Property_names_carry_version_pairs()
    {
        var result = Run("[pscustomobject]@{ Left = '1.0~rc1'; Right = '1.0'; Scheme = 'Dpkg' }, [pscustomobject]@{ Left = '2'; Right = '1'; Scheme = 'Rpm' } | Compare-PatchVersion | ForEach-Object Result");
        Assert.Equal([-1, 1], result.Output.Select(o => (int)o.BaseObject));
    }

    [Fact]
    public void Results_are_types_of_the_domain_in_the_shared_context()
    {
        var result = Assert.Single(Run($"Get-CvssScore '{Vector}'").Output).BaseObject;
        Assert.Equal("PatchOps.Domain.CvssResult", result.GetType().FullName);
        Assert.Same(AssemblyLoadContext.Default, AssemblyLoadContext.GetLoadContext(result.GetType().Assembly));
    }

    [Fact]
    public void The_modules_own_libraries_stay_out_of_the_shared_context()
    {
        Run("Get-PatchStore", engine.NewStore());
        Assert.DoesNotContain(AssemblyLoadContext.Default.Assemblies, a => a.GetName().Name is "PatchOps.Core" or "PatchOps.Adapters" or "Microsoft.Data.Sqlite");
    }

    [Fact]
    public void A_bad_record_is_one_error_and_the_others_go_on()
    {
        var result = Run($"Get-CvssScore 'nonsense', '{Vector}'");
        Assert.Single(result.Output);
        var error = Assert.Single(result.Errors);
        Assert.StartsWith("CvssVectorInvalid,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(ErrorCategory.InvalidArgument, error.CategoryInfo.Category);
        Assert.Equal("nonsense", error.TargetObject);
        Assert.False(string.IsNullOrWhiteSpace(error.ErrorDetails.RecommendedAction));
    }

    [Fact]
    public void Unusable_input_ends_the_command_with_its_own_id()
    {
        var result = Run("try { Get-PatchRisk -Top -1 } catch { $_ }", engine.NewStore());
        var error = Assert.IsType<ErrorRecord>(Assert.Single(result.Output).BaseObject);
        Assert.StartsWith("ParameterOutOfRange,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Contains("-Top", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(result.Errors);
    }

    [Fact]
    public void A_name_that_nobody_has_is_not_found_and_the_remedy_names_a_cmdlet()
    {
        var error = Assert.Single(Run("Get-PatchPlan no-such-plan", engine.NewStore()).Errors);
        Assert.Equal(ErrorCategory.ObjectNotFound, error.CategoryInfo.Category);
        Assert.Equal("no-such-plan", error.TargetObject);
        Assert.Contains("Get-PatchPlan", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIf_changes_nothing()
    {
        var store = engine.NewStore();
        Run("[pscustomobject]@{ Id = 'web-1'; Name = 'web-1' } | Import-PatchAsset -WhatIf", store);
        Assert.Empty(Run("Get-PatchAsset", store).Output);
    }

    [Fact]
    public void The_preference_variable_counts_like_the_switch()
    {
        var store = engine.NewStore();
        Run("$WhatIfPreference = $true; [pscustomobject]@{ Id = 'web-1'; Name = 'web-1' } | Import-PatchAsset", store);
        Assert.Empty(Run("Get-PatchAsset", store).Output);
    }

    [Fact]
    public void Objects_flow_from_the_pipeline_into_the_store_and_back()
    {
        var store = engine.NewStore();
        Run("1..3 | ForEach-Object { [pscustomobject]@{ Id = \"web-$_\"; Name = \"web-$_\"; Environment = 'Production' } } | Import-PatchAsset", store);
        var names = Run("Get-PatchAsset web-* -Environment Production | Sort-Object Name | ForEach-Object Name", store).Output.Select(o => (string)o.BaseObject);
        Assert.Equal(["web-1", "web-2", "web-3"], names);
    }

    [Fact]
    public void A_file_in_the_pipeline_means_its_content()
    {
        var store = engine.NewStore();
        var folder = System.IO.Directory.CreateTempSubdirectory("patchops-files-");
        try
        {
            System.IO.File.WriteAllText(System.IO.Path.Combine(folder.FullName, "a.csv"), "Id\nweb-1\n");
            System.IO.File.WriteAllText(System.IO.Path.Combine(folder.FullName, "b.csv"), "Id\nweb-2\n");
            var result = Run($"Get-ChildItem '{folder.FullName}' | Import-PatchAsset", store);
            Assert.Empty(result.Errors);
            Assert.Equal(2, result.Output.Count);
            Assert.Equal(2, Run("Get-PatchAsset web-*", store).Output.Count);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_reader_that_stops_early_gets_its_object_and_no_error()
    {
        var store = engine.NewStore();
        Run("1..200 | ForEach-Object { [pscustomobject]@{ Id = \"web-$_\"; Name = \"web-$_\" } } | Import-PatchAsset", store);
        var result = Run("Get-PatchAsset | Select-Object -First 1", store);
        Assert.Single(result.Output);
        Assert.Empty(result.Errors);
        Assert.Equal(200, Run("Get-PatchAsset", store).Output.Count);
    }

    [Fact]
    public void A_second_import_and_a_forced_one_export_the_same_cmdlets()
    {
        var counts = Run($"(Get-Command -Module PatchOps).Count; Import-Module '{engine.ModulePath}'; (Get-Command -Module PatchOps).Count; Import-Module '{engine.ModulePath}' -Force; (Get-Command -Module PatchOps).Count")
            .Output.Select(o => (int)o.BaseObject).ToList();
        Assert.True(counts[0] > 20);
        Assert.All(counts, c => Assert.Equal(counts[0], c));
    }

    private (IReadOnlyList<PSObject> Output, IReadOnlyList<ErrorRecord> Errors) Run(string script, string? store = null)
    {
        using var runspace = engine.Open();
        using var shell = PowerShell.Create(runspace);
        if (store is not null) shell.AddScript($"$null = Connect-PatchStore '{store}'").AddStatement();
        shell.AddScript(script);
        var output = shell.Invoke();
        return ([.. output], [.. shell.Streams.Error]);
    }
}
#endif
