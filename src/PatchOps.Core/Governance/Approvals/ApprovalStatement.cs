namespace PatchOps.Core.Governance.Approvals;

/// <summary>The sentence that an approver's certificate signs: one line that anybody can write down and check with <c>openssl cms</c>.</summary>
public static class ApprovalStatement
{
    public static string Of(string planHash, string role, bool approved) => $"{(approved ? "Approve" : "Deny")} plan {planHash} as {role}";
}
