using PatchOps.Core.Governance;
using PatchOps.Core.Governance.Checks;
using PatchOps.Domain;

namespace PatchOps.Adapters.Policies;

/// <summary>Reads the policy file (YAML, JSON or psd1): unknown keys, values that do not fit and values that contradict each other are refused with their lines.</summary>
internal static class PolicyFile
{
    public const string EnvironmentVariable = "PATCHOPS_POLICY";

    private const int MostTold = 8;

    /// <param name="path">File; null for the environment's, then the built-in policy.</param>
    /// <exception cref="FailureException"><c>PathNotFound</c>, <c>PathNotReadable</c>, <c>PolicyInvalid</c> with every fault's line.</exception>
    public static PatchPolicy Read(string? path)
    {
        if (string.IsNullOrWhiteSpace(path)) path = Environment.GetEnvironmentVariable(EnvironmentVariable);
        return string.IsNullOrWhiteSpace(path) ? PatchPolicy.Default : Parse(Text(path), path);
    }

    /// <summary>Everything that is to be said of a file, warnings included.</summary>
    /// <exception cref="FailureException"><c>PathNotFound</c>, <c>PathNotReadable</c>.</exception>
    public static IReadOnlyList<PolicyFault> Examine(string path) => Examine(Text(path), path).Faults;

    internal static PatchPolicy Parse(string text, string name)
    {
        var (policy, faults) = Examine(text, name);
        var errors = faults.Where(f => f.Severity == FindingSeverity.Error).ToList();
        if (errors.Count == 0) return policy;
        var told = errors.Take(MostTold).Select((f, i) => i == 0 ? $"{Place(name, f)}{Ended(f.Message)}" : $"{(f.Line is { } line ? FormattableString.Invariant($"Line {line}: ") : "")}{Ended(f.Message)}");
        var rest = errors.Count > MostTold ? FormattableString.Invariant($" And {errors.Count - MostTold} more.") : "";
        throw new FailureException("PolicyInvalid", FailureKind.InvalidInput, string.Join(' ', told) + rest, name, "Correct the policy file; docs/policy.md lists every key with its default, and Test-PatchPolicy shows every fault.");
    }

    private static (PatchPolicy Policy, IReadOnlyList<PolicyFault> Faults) Examine(string text, string name)
    {
        PolicyDocument document;
        try
        {
            document = PolicyDocument.Parse(text, name);
        }
        catch (PolicyTextException e)
        {
            return (PatchPolicy.Default, [new PolicyFault { Line = e.Line > 0 ? (int)e.Line : null, Key = "", Message = e.Message }]);
        }
        var binder = new PolicyBinder(document);
        var policy = binder.Bind();
        var wrong = binder.Faults.Select(f => f.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        // What was left out because it does not fit would be judged by its default: one fault is enough there.
        var checks = PolicyCheck.Of(policy).Where(r => !r.Keys.Any(k => wrong.Any(w => k.StartsWith(w, StringComparison.OrdinalIgnoreCase)))).Select(r =>
        {
            var key = r.Keys.FirstOrDefault(k => document.Line(k) is not null) ?? r.Keys[0];
            return new PolicyFault { Line = document.Nearest(key), Key = key, Severity = r.Severity, Message = r.Message };
        });
        return (policy, [.. binder.Faults.Concat(checks).OrderBy(f => f.Line).ThenBy(f => f.Key, StringComparer.Ordinal)]);
    }

    private static string Text(string path)
    {
        if (!File.Exists(path)) throw new FailureException("PathNotFound", FailureKind.NotFound, $"The policy file '{path}' does not exist.", path, "Check -Policy or $PATCHOPS_POLICY.");
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(new Failure("PathNotReadable", FailureKind.Unavailable, $"The policy file '{path}' cannot be read: {e.Message}", path, "Check the rights on the file."), e);
        }
    }

    private static string Place(string name, PolicyFault fault) => fault.Line is { } line ? FormattableString.Invariant($"{name}, line {line}: ") : $"{name}: ";

    private static string Ended(string text) => text.EndsWith('.') || text.EndsWith('?') ? text : text + ".";
}
