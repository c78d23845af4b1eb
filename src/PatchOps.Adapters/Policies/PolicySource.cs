using PatchOps.Core.Governance;
using PatchOps.Core.Seams;

namespace PatchOps.Adapters.Policies;

/// <summary>Policies in files.</summary>
internal sealed class PolicySource : IPolicySource
{
    public PatchPolicy Read(string? path) => PolicyFile.Read(path);
}
