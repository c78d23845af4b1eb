using System.Text.Json;
using PatchOps.Core.Operations;
using PatchOps.Core.Seams;

namespace PatchOps.Core.Governance;

/// <summary>Tells policies apart by content.</summary>
public static class PolicyHash
{
    /// <summary>SHA-256 of the policy's canonical JSON, lower-case hexadecimal: the same whatever the file's order, comments and defaults.</summary>
    public static string Of(PatchPolicy policy) => AuditChain.HashOf(CanonicalJson.Canonicalise(JsonSerializer.SerializeToElement(policy, RecordJson.Options), leaveOutEmpty: true));
}
