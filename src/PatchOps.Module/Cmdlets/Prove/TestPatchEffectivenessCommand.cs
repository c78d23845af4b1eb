using PatchOps.Core.Effectiveness;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;
using System.Management.Automation;

namespace PatchOps.Module.Cmdlets.Prove;

/// <summary>Tests whether a patch removed a problem, and keeps the verdict (under -WhatIf it only tells it); with counts or a metric file, without a store.</summary>
[Cmdlet(VerbsDiagnostic.Test, "PatchEffectiveness", SupportsShouldProcess = true)]
[OutputType(typeof(EffectivenessResult), typeof(MetricShift))]
public sealed class TestPatchEffectivenessCommand : OperationCmdlet
{
    /// <summary>Problem ids; wildcards. Default: every problem with deployments.</summary>
    [Parameter(Position = 0, ValueFromPipelineByPropertyName = true), Alias("Id"), ArgumentCompleter(typeof(ProblemCompleter))] public string[] Problem { get; set; } = [];

    /// <summary>Patch ids; wildcards.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)] public string[] Patch { get; set; } = [];

    /// <summary>Only patches of these products, such as deb:openssl; wildcards.</summary>
    [Parameter] public string[] Product { get; set; } = [];

    /// <summary>Only patches of these vendors, such as KB or RHSA; wildcards.</summary>
    [Parameter] public string[] Vendor { get; set; } = [];

    /// <summary>Problems whose patches are in this plan.</summary>
    [Parameter, ArgumentCompleter(typeof(PlanCompleter))] public string? PlanId { get; set; }

    /// <summary>One verdict for each problem, or for all problems of each patch, plan, product or vendor together.</summary>
    [Parameter] public EffectivenessGrouping By { get; set; }

    /// <summary>Re-tests what was Effective where other patches or changes came to the same items on or after this day.</summary>
    [Parameter] public DateTimeOffset? Since { get; set; }

    /// <summary>Days before each deployment that count; default: all.</summary>
    [Parameter] public double? Before { get; set; }

    /// <summary>Days after each deployment that count; default: all.</summary>
    [Parameter] public double? After { get; set; }

    /// <summary>Assets to use as controls (id or name); default: comparable ones.</summary>
    [Parameter, ArgumentCompleter(typeof(AssetCompleter))] public string[] Control { get; set; } = [];

    /// <summary>As known on this day; default: now.</summary>
    [Parameter] public DateTimeOffset? AsOf { get; set; }

    /// <summary>Incidents before.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)] public long? BeforeCount { get; set; }

    /// <summary>Item-days before.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)] public double? BeforeDays { get; set; }

    /// <summary>Incidents after.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)] public long? AfterCount { get; set; }

    /// <summary>Item-days after.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)] public double? AfterDays { get; set; }

    /// <summary>Samples of a metric: CSV (Time, Value, perhaps Asset) or a Prometheus range answer.</summary>
    [Parameter] public string? Metric { get; set; }

    /// <summary>When the patch went in, for a metric; default: the deployments of -Problem.</summary>
    [Parameter] public DateTimeOffset? DeployedAt { get; set; }

    /// <summary>Shift of the metric that does not matter, in its unit; default: 0.</summary>
    [Parameter] public double Tolerance { get; set; }

    /// <summary>Policy file (YAML, JSON or psd1); default: the built-in policy.</summary>
    [Parameter] public string? Policy { get; set; }

    protected override void ProcessRecord() => Pump(Bind<TestEffectivenessRequest>());
}
