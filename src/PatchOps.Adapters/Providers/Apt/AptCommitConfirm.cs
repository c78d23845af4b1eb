namespace PatchOps.Adapters.Providers.Apt;

/// <summary>Commit-confirmed: a step waits on the host and reverts unless it is confirmed in time.</summary>
internal static class AptCommitConfirm
{
    // Confirming and reverting race for one directory: who makes it first has decided, for good.
    private const string Names = """
        armed=/var/lib/patchops/armed
        """;

    /// <summary>Arguments: id, seconds, the revert script, its arguments.</summary>
    public const string Arm = Names + "\n" + """
        id=$1 seconds=$2 script=$3
        shift 3
        mkdir -p "$armed" || exit 71
        : >>"$armed/$id.lock"
        # Whoever confirms kills this wait; nobody does, and it ends by itself.
        sleep "$seconds" &
        echo $! >"$armed/$id.wait"
        wait $!
        mkdir "$armed/$id.decided" 2>/dev/null || { echo confirmed; exit 0; }
        echo 'not confirmed in time: reverting'
        exec sh -c "$script" patchops-apt "$@"
        """;

    /// <summary>Arguments: id. Exit code 3 where the host has begun to revert, 4 where nothing is armed under the id.</summary>
    public const string Confirm = Names + "\n" + """
        id=$1
        [ -e "$armed/$id.lock" ] || { echo "nothing is armed as $id" >&2; exit 4; }
        if ! mkdir "$armed/$id.decided" 2>/dev/null; then
            [ -e "$armed/$id.confirmed" ] && exit 0
            echo 'the host has begun to revert' >&2
            exit 3
        fi
        : >"$armed/$id.confirmed"
        read -r pid <"$armed/$id.wait" && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = sleep ] && kill "$pid"
        exit 0
        """;
}
