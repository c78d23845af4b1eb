using PatchOps.Core.Governance;
using PatchOps.Core.Seams;
using PatchOps.Domain;

namespace PatchOps.Adapters.Policies;

/// <summary>Policies in files.</summary>
internal sealed class PolicySource : IPolicySource
{
    public PatchPolicy Read(string? path) => PolicyFile.Read(path);

    public IReadOnlyList<PolicyFault> Examine(string path) => PolicyFile.Examine(path);
}
