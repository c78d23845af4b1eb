using PatchOps.Adapters.Providers.Scripts;

namespace PatchOps.Adapters.Providers.Rpm;

/// <summary>The steps that zypper does its own way; state and the way back are rpm's.</summary>
internal static class ZypperScripts
{
    // zypper tells in XML what it would do, by section: to-install, to-upgrade, to-downgrade, to-remove …
    private const string Plan = """
        export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        # zypper gives up at once where another one works; so it is told to wait.
        export ZYPP_LOCK_TIMEOUT=60
        keep=/var/lib/patchops/packages/rpm
        installed() { rpm $root -q --qf '%{EPOCHNUM}:%{VERSION}-%{RELEASE}\n' "$1" 2>/dev/null | sed -n 's/^0://; /^[0-9].*-/p'; }
        has() { installed "$1" | grep -qxF -e "$2"; }
        refuse() { printf 'refused\t%s\t%s\n' "$1" "$2"; exit 3; }
        specs= approved= before=
        while [ $# -ge 3 ]; do
            approved="$approved $1=$3"
            has "$1" "$3" || specs="$specs $1=$3"
            [ -z "$2" ] || before="$before $1=$2"
            shift 3
        done
        if [ -z "$specs" ]; then echo 'patchops: every package has its approved version'; exit 0; fi
        d=$(mktemp -d) || exit 71
        trap 'rm -rf "$d"' EXIT
        look() { zypper $options -x -n install --no-recommends --oldpackage --dry-run $specs >"$d/plan" 2>"$d/error"; }
        look
        code=$?
        if [ $code -ne 0 ]; then
            cat "$d/error" >&2
            zypper $options -n refresh >/dev/null 2>&1
            look
            code=$?
        fi
        if [ $code -eq 104 ]; then refuse VersionNotAvailable "an approved version is not in the repositories:$(for s in $specs; do ! grep -qF -- "$s" "$d/error" "$d/plan" || printf ' %s' "$s"; done)"; fi
        if [ $code -eq 7 ]; then echo 'zypper is locked by another process' >&2; exit 7; fi
        [ $code -eq 0 ] || { sed -n 's/.*<message type="error">\(.*\)<\/message>.*/\1/p' "$d/plan" >&2; exit $code; }
        extra=$(awk -v approved="$approved" '
            BEGIN { n = split(approved, a, " "); for (i = 1; i <= n; i++) allowed[a[i]] = 1 }
            /<to-[a-z-]+>/ { match($0, /<to-[a-z-]+>/); section = substr($0, RSTART + 1, RLENGTH - 2) }
            /<solvable type="package"/ {
                match($0, / name="[^"]*"/); name = substr($0, RSTART + 7, RLENGTH - 8)
                match($0, / edition="[^"]*"/); edition = substr($0, RSTART + 10, RLENGTH - 11)
                if (section ~ /remove/) print name " (removed)"
                else if (!((name "=" edition) in allowed)) print name "=" edition
            }' "$d/plan" | tr '\n' ' ')
        [ -z "$extra" ] || refuse UnapprovedChange "more would change than was approved: $extra"
        """;

    private const string Stage = Plan + "\n" + """
        zypper $options -n install --no-recommends --oldpackage --download-only $specs || exit $?
        mkdir -p "$keep/back" || exit 71
        for s in $before; do
            zypper $options -n install --no-recommends --oldpackage --force --download-only "$s" >/dev/null 2>&1
        done
        find ${root#--root }/var/cache/zypp/packages -name '*.rpm' -exec cp -n {} "$keep/back" \; 2>/dev/null
        exit 0
        """;

    private const string Apply = Plan + "\n" + """
        zypper $options -n install --no-recommends --oldpackage $specs
        code=$?
        # 102 and 103: done, and a restart of the host or of zypper is asked for; 106: done without one of the repositories.
        case $code in 102 | 103 | 106) exit 0 ;; esac
        exit $code
        """;

    private const string Detect = """
        export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        t=$(mktemp) || exit 71
        trap 'rm -f "$t"' EXIT
        zypper $options -x -n list-updates >"$t" || exit $?
        sed 's/<update /\n&/g' "$t" | awk -F'"' '
            /<update kind="package"/ {
                for (i = 1; i < NF; i += 2) { key = $i; sub(/.* /, "", key); value[key] = $(i + 1) }
                printf "update\t%s\t%s\t%s\t\t\n", value["name="], value["edition-old="], value["edition="]
            }'
        exit 0
        """;

    public static ProviderScripts All { get; } = new()
    {
        Name = "zypper", Detect = Detect, PreCheck = RpmScripts.PreCheck, Stage = Stage, Apply = Apply, Verify = RpmScripts.Verify, Revert = RpmScripts.Revert,
    };
}
