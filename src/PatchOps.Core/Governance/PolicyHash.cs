using System.Text.Json;
using System.Text.Json.Serialization;
using PatchOps.Core.Operations;

namespace PatchOps.Core.Governance;

/// <summary>Tells policies apart by content.</summary>
public static class PolicyHash
{
    private static readonly JsonSerializerOptions Options = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>SHA-256 of the policy's canonical JSON, lower-case hexadecimal: the same whatever the file's order, comments and defaults.</summary>
    public static string Of(PatchPolicy policy) => AuditChain.HashOf(CanonicalJson.Canonicalise(JsonSerializer.SerializeToElement(policy, Options), leaveOutEmpty: true));
}
