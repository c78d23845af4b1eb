using System.Management.Automation;
using PatchOps.Domain;

namespace PatchOps.Module;

/// <summary>Failures as PowerShell's error records: code, category, target and recommended action are always set.</summary>
internal static class Failures
{
    public static ErrorRecord Record(Failure failure) =>
        new(new FailureException(failure), failure.Code, Category(failure.Kind), failure.Target)
        {
            ErrorDetails = new ErrorDetails(failure.Message) { RecommendedAction = failure.Remedy ?? "See Get-PatchAudit for what was done." },
        };

    private static ErrorCategory Category(FailureKind kind) => kind switch
    {
        FailureKind.InvalidInput => ErrorCategory.InvalidArgument,
        FailureKind.NotFound => ErrorCategory.ObjectNotFound,
        FailureKind.Refused => ErrorCategory.PermissionDenied,
        FailureKind.Conflict => ErrorCategory.ResourceExists,
        FailureKind.Unavailable => ErrorCategory.ResourceUnavailable,
        FailureKind.Timeout => ErrorCategory.OperationTimeout,
        FailureKind.Corrupt => ErrorCategory.InvalidData,
        _ => ErrorCategory.InvalidResult,
    };
}
