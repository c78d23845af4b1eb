using PatchOps.Domain;

namespace PatchOps.Core.Problems.Lifecycle;

/// <summary>What one version of a problem record has that another has not, in words.</summary>
internal static class ProblemChanges
{
    public static IReadOnlyList<string> Of(Problem before, Problem after)
    {
        var changes = new List<string>();
        Add("Title", before.Title, after.Title);
        Add("Status", before.Status, after.Status);
        Add("Priority", before.Priority, after.Priority);
        Add("Resolved", Day(before.Resolved), Day(after.Resolved));
        Add("Workaround", before.Workaround, after.Workaround);
        Add("RootCause", before.RootCause, after.RootCause);
        Add("OwnerTeam", before.OwnerTeam, after.OwnerTeam);
        Add("KnownError", before.KnownError ? "yes" : "no", after.KnownError ? "yes" : "no");
        Add("Patches", string.Join(", ", before.Patches), string.Join(", ", after.Patches));
        Add("Cves", string.Join(", ", before.Cves), string.Join(", ", after.Cves));
        Add("ConfigurationItems", string.Join(", ", before.ConfigurationItems), string.Join(", ", after.ConfigurationItems));
        return changes;

        void Add(string field, string? from, string? to)
        {
            if (from != to) changes.Add($"{field}: {(string.IsNullOrEmpty(from) ? "none" : from)} → {(string.IsNullOrEmpty(to) ? "none" : to)}");
        }
    }

    private static string? Day(DateTimeOffset? at) => at is { } day ? FormattableString.Invariant($"{day.UtcDateTime:yyyy-MM-dd HH:mm}Z") : null;
}
