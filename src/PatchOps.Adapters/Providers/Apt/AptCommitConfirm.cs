namespace PatchOps.Adapters.Providers.Apt;

/// <summary>Commit-confirmed: a step waits on the host and puts packages and configuration files back unless it is confirmed in time.</summary>
/// <remarks>
/// Confirming and reverting race for one folder: who makes it first has decided, for good. A restart of the host ends the step; so what it needs lies
/// in files, and systemd, cron or at (the first that runs there) starts it again for the time that is left.
/// </remarks>
internal static class AptCommitConfirm
{
    private const string Names = """
        armed=/var/lib/patchops/armed
        export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        unhook() {
            unit=patchops-revert-$(printf %s "$id" | tr . _)
            if [ -e "/etc/systemd/system/$unit.service" ]; then
                systemctl disable -q "$unit.service" 2>/dev/null
                rm -f "/etc/systemd/system/$unit.service"
                systemctl daemon-reload 2>/dev/null
            fi
            rm -f "/etc/cron.d/$unit"
            [ ! -s "$armed/$id.at" ] || atrm "$(cat "$armed/$id.at")" 2>/dev/null
        }

        """;

    /// <summary>Waits for what is left of the time and reverts unless it is confirmed. Arguments: id. Runs after the arming, and again after a restart.</summary>
    /// <remarks>
    /// The time counts from the end of the last step on the host: a change that takes longer than it must not be taken back while it is being made.
    /// Files go back before the packages, so that a daemon which starts again reads its old configuration, and after them, for what
    /// the scripts of the packages changed. What is new in the kept folders is moved aside, not deleted.
    /// </remarks>
    private const string Wait = Names + """
        id=$1
        umask 077
        [ -e "$armed/$id.until" ] || exit 0
        forget() { rm -f "$armed/$id.tar" "$armed/$id.files" "$armed/$id.sh"; unhook; }
        [ ! -d "$armed/$id.decided" ] || { forget; exit 0; }
        read -r until most <"$armed/$id.until"
        left=$((until - $(date +%s)))
        # A clock that was set back must not make the wait longer than it was.
        [ "$left" -le "$most" ] || left=$most
        [ "$left" -ge 0 ] || left=0
        working() {
            for s in /var/lib/patchops/steps/*; do
                [ -e "$s/started" ] && [ ! -e "$armed/${s##*/}.until" ] || continue
                why=
                read -r why <"$s/done"
                [ -n "$why" ] || flock -n -s "$s/alive" true || return 0
            done
            return 1
        }
        ended() { find /var/lib/patchops/steps -mindepth 2 -maxdepth 2 -name done -newer "$armed/$id.until" -exec stat -c %Y {} + 2>/dev/null | sort -n | tail -n 1; }
        while :; do
            sleep "$left" &
            echo $! >"$armed/$id.wait" && : >"$armed/$id.ready" || exit 71
            wait $!
            [ ! -d "$armed/$id.decided" ] || break
            if working; then left=1; continue; fi
            last=$(ended)
            left=$((${last:-0} + most - $(date +%s)))
            [ "$left" -le "$most" ] || left=$most
            [ "$left" -gt 0 ] || break
        done
        mkdir "$armed/$id.decided" 2>/dev/null || { forget; echo confirmed; exit 0; }
        echo 'not confirmed in time: reverting'
        folders=$(cat "$armed/$id.folders")
        files() { eval "find $folders -xdev ! -type d -print" 2>/dev/null | LC_ALL=C sort; }
        restore() {
            [ -n "$folders" ] || return 0
            files | LC_ALL=C comm -13 "$armed/$id.files" - | while IFS= read -r f; do
                mkdir -p "$armed/$id.aside${f%/*}" && mv -f -- "$f" "$armed/$id.aside$f" && echo "moved aside: $f"
            done
            tar -xpf "$armed/$id.tar" --absolute-names --overwrite
        }
        restore
        # Names and versions hold no blanks, and their lines are those of the arming.
        set --
        while IFS= read -r argument; do set -- "$@" "$argument"; done <"$armed/$id.arguments"
        sh -c "$(cat "$armed/$id.revert")" patchops-apt "$@"
        code=$?
        restore
        unhook
        exit $code
        """;

    /// <summary>Arguments: id, seconds, folders to keep as one line for sh, the revert script, the waiting script, the revert script's arguments.</summary>
    public const string Arm = Names + """
        id=$1 seconds=$2 folders=$3 revert=$4 script=$5
        shift 5
        umask 077
        mkdir -p "$armed" || exit 71
        whole=$(printf '%.0f' "$seconds")
        printf '%s' "$folders" >"$armed/$id.folders" && printf '%s' "$revert" >"$armed/$id.revert" && printf '%s\n' "$@" >"$armed/$id.arguments" \
            && printf '%s\n' "$script" >"$armed/$id.sh" || exit 71
        runs() { for c in /proc/[0-9]*/comm; do read -r name 2>/dev/null <"$c" && [ "$name" = "$1" ] && return 0; done; return 1; }
        # Who starts it again after a restart. Before the files are kept: the hook is one of them.
        unit=patchops-revert-$(printf %s "$id" | tr . _)
        hook=none
        if [ -d /run/systemd/system ]; then
            printf '[Unit]\nDescription=PatchOps: reverts unless confirmed\n[Service]\nType=simple\nExecStart=/bin/sh %s %s\n[Install]\nWantedBy=multi-user.target\n' "$armed/$id.sh" "$id" >"/etc/systemd/system/$unit.service" \
                && systemctl daemon-reload && systemctl enable -q "$unit.service" && hook=systemd
        elif [ -d /etc/cron.d ] && { runs cron || runs crond; }; then
            printf '@reboot root /bin/sh %s %s >/dev/null 2>&1\n' "$armed/$id.sh" "$id" >"/etc/cron.d/$unit" && chmod 644 "/etc/cron.d/$unit" && hook=cron
        elif command -v at >/dev/null && runs atd; then
            echo "/bin/sh '$armed/$id.sh' '$id'" | at "now + $(((whole + 59) / 60)) minutes" 2>&1 | sed -n 's/^job \([0-9]*\) .*/\1/p' >"$armed/$id.at" && [ -s "$armed/$id.at" ] && hook=at
        fi
        echo "$hook" >"$armed/$id.hook"
        if [ -n "$folders" ]; then
            eval "tar -cpf \"$armed/$id.tar\" --one-file-system --absolute-names -- $folders" || exit 71
            eval "find $folders -xdev ! -type d -print" 2>/dev/null | LC_ALL=C sort >"$armed/$id.files"
        fi
        # On disk before anybody is told: a power cut must not take the way back along.
        echo "$(($(date +%s) + whole)) $whole" >"$armed/$id.until" || exit 71
        sync "$armed"/"$id".* 2>/dev/null
        exec sh "$armed/$id.sh" "$id"
        """;

    /// <summary>Arguments: id. Exit code 3 where the host has begun to revert, 4 where nothing is armed under the id.</summary>
    public const string Confirm = Names + """
        id=$1
        [ -e "$armed/$id.ready" ] || { echo "nothing is armed as $id" >&2; exit 4; }
        if ! mkdir "$armed/$id.decided" 2>/dev/null; then
            [ ! -e "$armed/$id.confirmed" ] || exit 0
            echo 'the host has begun to revert' >&2
            exit 3
        fi
        : >"$armed/$id.confirmed"
        unhook
        read -r pid <"$armed/$id.wait" && [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = sleep ] && kill "$pid"
        exit 0
        """;

    /// <summary>Arguments: id, attempts. Waits until the step has kept the files and begun to wait; says who starts it again after a restart.</summary>
    public const string Ready = """
        n=$2
        while [ "$n" -gt 0 ]; do
            [ ! -e "/var/lib/patchops/armed/$1.ready" ] || { cat "/var/lib/patchops/armed/$1.hook"; exit 0; }
            n=$((n - 1))
            sleep 0.1
        done
        exit 1
        """;

    public static string WaitScript => Wait;

    /// <summary>Who takes over after a restart, in words.</summary>
    public static string AfterRestart(string hook) => hook.Trim() switch
    {
        "systemd" or "cron" or "at" => $"also after a restart of the host, by {hook.Trim()}",
        _ => "but not after a restart of the host: neither systemd nor cron nor at runs there",
    };
}
