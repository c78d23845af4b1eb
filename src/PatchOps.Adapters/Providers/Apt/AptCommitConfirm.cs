namespace PatchOps.Adapters.Providers.Apt;

/// <summary>Commit-confirmed: a step waits on the host and puts packages and configuration files back unless it is confirmed in time.</summary>
/// <remarks>Confirming and reverting race for one folder: who makes it first has decided, for good.</remarks>
internal static class AptCommitConfirm
{
    private const string Names = "armed=/var/lib/patchops/armed";

    /// <summary>Arguments: id, seconds, folders to keep as one line for sh, the revert script, its arguments.</summary>
    /// <remarks>
    /// Files go back before the packages, so that a daemon which starts again reads its old configuration, and after them, for what
    /// the scripts of the packages changed. What is new in the kept folders is moved aside, not deleted.
    /// </remarks>
    public const string Arm = Names + "\n" + """
        id=$1 seconds=$2 folders=$3 script=$4
        shift 4
        umask 077
        mkdir -p "$armed" || exit 71
        files() { eval "find $folders -xdev ! -type d -print" 2>/dev/null | LC_ALL=C sort; }
        if [ -n "$folders" ]; then
            eval "tar -cpf \"$armed/$id.tar\" --one-file-system --absolute-names -- $folders" || exit 71
            files >"$armed/$id.files"
        fi
        # The wait begins before anybody is told that it is armed.
        sleep "$seconds" &
        echo $! >"$armed/$id.wait" && : >"$armed/$id.ready" || exit 71
        wait $!
        mkdir "$armed/$id.decided" 2>/dev/null || { rm -f "$armed/$id.tar" "$armed/$id.files"; echo confirmed; exit 0; }
        echo 'not confirmed in time: reverting'
        restore() {
            [ -n "$folders" ] || return 0
            files | LC_ALL=C comm -13 "$armed/$id.files" - | while IFS= read -r f; do
                mkdir -p "$armed/$id.aside${f%/*}" && mv -f -- "$f" "$armed/$id.aside$f" && echo "moved aside: $f"
            done
            tar -xpf "$armed/$id.tar" --absolute-names --overwrite
        }
        restore
        sh -c "$script" patchops-apt "$@"
        code=$?
        restore
        exit $code
        """;

    /// <summary>Arguments: id. Exit code 3 where the host has begun to revert, 4 where nothing is armed under the id.</summary>
    public const string Confirm = Names + "\n" + """
        id=$1
        [ -e "$armed/$id.ready" ] || { echo "nothing is armed as $id" >&2; exit 4; }
        if ! mkdir "$armed/$id.decided" 2>/dev/null; then
            [ ! -e "$armed/$id.confirmed" ] || exit 0
            echo 'the host has begun to revert' >&2
            exit 3
        fi
        : >"$armed/$id.confirmed"
        read -r pid <"$armed/$id.wait" && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = sleep ] && kill "$pid"
        exit 0
        """;

    /// <summary>Arguments: id, attempts. Waits until the step has kept the files and begun to wait.</summary>
    public const string Ready = Names + "\n" + """
        n=$2
        while [ "$n" -gt 0 ]; do
            [ ! -e "$armed/$1.ready" ] || exit 0
            n=$((n - 1))
            sleep 0.1
        done
        exit 1
        """;
}
