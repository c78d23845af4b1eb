using System.Management.Automation;
using PatchOps.Core.Operations.Requests;
using PatchOps.Domain;

namespace PatchOps.Module.Cmdlets.Intake;

/// <summary>Imports past deployments with their outcomes.</summary>
[Cmdlet(VerbsData.Import, "PatchDeployment", SupportsShouldProcess = true)]
[OutputType(typeof(ImportResult))]
public sealed class ImportPatchDeploymentCommand : ImportRecordsCmdlet<ImportDeploymentRequest>;
