using PatchOps.Domain;

namespace PatchOps.Core.Problems.Debt;

/// <summary>What one asset lacks, and what blocks it: one patch, or one package that nobody fixes.</summary>
/// <param name="Patch">Null where nobody offers a fix.</param>
internal sealed record MissingPatch(string Asset, string? Patch, string Package, IReadOnlySet<string> Cves, PatchBlocker Blocker, string? BlockedBy);
