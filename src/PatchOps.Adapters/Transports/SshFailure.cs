using PatchOps.Domain;

namespace PatchOps.Adapters.Transports;

/// <summary>Reads what ssh says when it did not get through.</summary>
internal static class SshFailure
{
    private sealed record Sign(string Text, string Code, FailureKind Kind, string Message, string? Remedy);

    private const string Reach = "See whether it is up, and whether sshd answers from here; then try again (Invoke-PatchWave -RetryFailed in a wave).";

    private static readonly Sign[] Signs =
    [
        new("REMOTE HOST IDENTIFICATION HAS CHANGED", "HostKeyChanged", FailureKind.Refused, "presents another key than the known one.",
            "Find out why; if the host was rebuilt, remove its old line with 'ssh-keygen -R'."),
        new("Host key verification failed", "HostKeyUnknown", FailureKind.Refused, "presents a key that is not known.",
            "Compare its fingerprint with the host's own, then add it to known_hosts; -KnownHostsFile names another file."),
        new("Permission denied", "LoginRefused", FailureKind.Refused, "refuses the login.", "See user, key and agent; 'ssh -v' shows what was offered."),
        new("Too many authentication failures", "LoginRefused", FailureKind.Refused, "refuses the login.", "Name the key to use: the agent offers too many."),
        new("Could not resolve hostname", "HostNameUnknown", FailureKind.NotFound, "has a name that does not resolve.", "Correct the asset's Address with Set-PatchAsset."),
        new("Connection refused", "HostUnreachable", FailureKind.Unavailable, "refuses connections.", "See whether sshd runs there, and the asset's Port."),
        new("No route to host", "HostUnreachable", FailureKind.Unavailable, "cannot be reached: no route.", Reach),
        new("Network is unreachable", "HostUnreachable", FailureKind.Unavailable, "cannot be reached: no network.", Reach),
        new("timed out", "HostUnreachable", FailureKind.Unavailable, "does not answer.", Reach),
        new("kex_exchange_identification", "HostUnreachable", FailureKind.Unavailable, "closes the connection at once.", Reach),
        new("Connection closed by", "HostUnreachable", FailureKind.Unavailable, "closes the connection.", Reach),
        new("Connection reset by", "HostUnreachable", FailureKind.Unavailable, "resets the connection.", Reach),
    ];

    /// <summary>Why no connection came about. ssh's own last line stands in the message where it is not a known one.</summary>
    public static Failure NotConnected(string host, string address, string said)
    {
        var sign = Array.Find(Signs, s => said.Contains(s.Text, StringComparison.Ordinal));
        if (sign is not null) return new Failure(sign.Code, sign.Kind, $"Host '{host}' ({address}) {sign.Message}", host, sign.Remedy);
        return new Failure("HostUnreachable", FailureKind.Unavailable, $"ssh did not reach host '{host}' ({address}){(LastLine(said) is { Length: > 0 } line ? $": {line}" : ", and gave no reason.")}", host, Reach);
    }

    /// <summary>The connection was there and is gone.</summary>
    public static Failure Lost(string host, string said) =>
        new("ConnectionLost", FailureKind.Unavailable, $"The connection to host '{host}' broke{(LastLine(said) is { Length: > 0 } line ? $": {line.TrimEnd('.')}" : "")}.", host);

    private static string LastLine(string said) =>
        said.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).LastOrDefault() ?? "";
}
