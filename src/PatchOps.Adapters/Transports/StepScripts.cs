namespace PatchOps.Adapters.Transports;

/// <summary>The scripts that make a detached step on a POSIX host. They need sh, flock, setsid and timeout: util-linux and coreutils.</summary>
/// <remarks>
/// A step's folder: <c>in</c> its standard input; <c>alive</c>, locked while its supervisor lives; <c>started</c>, written by the
/// supervisor before anything runs; <c>out</c> and <c>err</c>; <c>code</c>, written by the step's own shell when the program ended;
/// <c>done</c>, written last: end, limit or killed; either counts once it is not blank. Their room, and some for <c>err</c>, is taken
/// beforehand, so that a disk that fills up meanwhile cannot swallow how the step ended. A restart of the host leaves <c>started</c> without <c>done</c> and without a lock.
/// The answer is one line, <c>NONCE state found code highest bytes-out bytes-err</c>, followed by the ends of the two streams.
/// </remarks>
internal static class StepScripts
{
    /// <summary>Arguments: state folder, nonce, step id, scope, token, limit in seconds, wait in seconds, bytes of standard input, program, arguments.</summary>
    public const string Start = """
        state=$1 nonce=$2 id=$3 scope=$4 token=$5 limit=$6 wait=$7 bytes=$8; shift 8
        umask 077
        d=$state/steps/$id fence=$state/fences/$scope
        # A full disk shows itself in many words (a shell's echo says "I/O error"), so it is looked for.
        die() { df -Pk "$state" | awk 'NR == 2 && $4 < 64 { print "No space left on device: " $6 }' >&2; exit 71; }
        { [ -d "$state/steps" ] && [ -d "$state/fences" ]; } || mkdir -p "$state/steps" "$state/fences" || die
        true >>"$fence.lock" || die
        exec 9>>"$fence.lock"
        flock -w 30 9 || exit 75
        seen=0
        [ ! -s "$fence" ] || read -r seen <"$fence"
        if [ "$token" -lt "$seen" ]; then printf '%s fenced 0 - %s 0 0\n' "$nonce" "$seen"; exit 0; fi
        if [ "$token" -gt "$seen" ]; then
            echo "$token" >"$fence.new" && mv "$fence.new" "$fence" || die
            # With a new lease, and so seldom: steps that nobody will ask for any more.
            find "$state/steps" -mindepth 1 -maxdepth 1 -type d -mtime +90 -exec rm -rf {} +
        fi
        found=1
        if [ ! -e "$d/started" ]; then
            found=0
            # A folder without the mark was left by a start that was cut off before its supervisor ran: nothing has happened.
            [ ! -e "$d" ] || rm -rf "$d"
            mkdir "$d" && true >"$d/alive" && true >"$d/out" && true >"$d/err" && true >"$d/in" && { echo '   ' >"$d/code" && echo '      ' >"$d/done"; } 2>/dev/null || die
            fallocate -n -l 16384 "$d/err" 2>/dev/null
            if [ "$bytes" -gt 0 ]; then
                head -c "$bytes" >"$d/in"
                [ "$(wc -c <"$d/in")" -eq "$bytes" ] || exit 74
            fi
            setsid -f sh -c '
                d=$1 limit=$2
                shift 2
                exec 8<"$d/alive"
                flock 8
                echo "$$" >"$d/started" || { rm -f "$d/started"; exit 71; }
                # On disk before anything runs: a power cut must not make the host forget that it has begun.
                sync "$d/started" "$d" "$1"
                shift
                exec 9>&-
                cd /
                timeout -s WINCH -k 10 "$limit" sh -c '\''
                    d=$1
                    shift
                    exec 8<&-
                    "$@" <"$d/in" >"$d/out" 2>>"$d/err" &
                    pid=$!
                    # At the limit comes a signal that nobody else minds, so that the tree still stands when it is looked through: what made a
                    # session of its own below it ends with the group. A daemon that left both, as services do, is nobody of ours any more.
                    tree() { for c in $(cat "/proc/$1/task/$1/children" 2>/dev/null); do echo "$c"; tree "$c"; done; }
                    end() {
                        trap "" TERM WINCH
                        all="$(tree "$pid") $pid"
                        kill -TERM $all "-$PPID" 2>/dev/null
                        for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do
                            left=
                            for p in $all; do kill -0 "$p" 2>/dev/null && left="$left $p"; done
                            [ -n "$left" ] || exit 143
                            sleep 0.5
                        done
                        kill -KILL $(for p in $left; do tree "$p"; done) $left 2>/dev/null
                        exit 143
                    }
                    trap end WINCH
                    wait "$pid"
                    echo "$?" 1<>"$d/code"'\'' sh "$d" "$@"
                case $? in 0) why=end ;; 124 | 137) why=limit ;; *) why=killed ;; esac
                echo "$why" 1<>"$d/done"' patchops-step "$d" "$limit" "$fence" "$@" </dev/null >/dev/null 2>&1
        fi
        # The supervisor holds a copy of this lock until it has left its mark.
        exec 9>&-
        exec 9>>"$fence.lock"
        flock -w 30 9
        exec 9>&-
        [ -e "$d/started" ] || die
        """ + "\n" + Answer;

    /// <summary>Arguments: state folder, nonce, step id, wait in seconds.</summary>
    public const string Collect = """
        state=$1 nonce=$2 id=$3 wait=$4 found=0
        d=$state/steps/$id
        """ + "\n" + Answer;

    private const string Answer = """
        if [ ! -e "$d/started" ]; then printf '%s missing 0 - - 0 0\n' "$nonce"; exit 0; fi
        code=- status=running
        read -r why <"$d/done"
        if [ -z "$why" ]; then
            exec 7<"$d/alive"
            if flock -s -w "$wait" 7; then status=lost; fi
            exec 7<&-
            read -r why <"$d/done"
        fi
        if [ -n "$why" ]; then
            read -r code <"$d/code"
            if [ -n "$code" ]; then status=finished
            elif [ "$why" = limit ]; then status=timedout code=-
            else status=lost code=-; fi
        fi
        most=262144
        set -- $(stat -c %s "$d/out" "$d/err")
        out=$1 err=$2
        [ "$out" -le "$most" ] || out=$most
        [ "$err" -le "$most" ] || err=$most
        printf '%s %s %s %s - %s %s\n' "$nonce" "$status" "$found" "$code" "$out" "$err"
        # A running step may write meanwhile; what is printed is as long as was announced.
        show() {
            if [ "$2" -eq 0 ]; then return
            elif [ "$1" -eq "$2" ]; then head -c "$2" "$3"
            else tail -c "$most" "$3" | head -c "$2"; fi
        }
        show "$1" "$out" "$d/out"
        show "$2" "$err" "$d/err"
        exit 0
        """;
}
