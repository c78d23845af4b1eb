using PatchOps.Adapters.Providers.Scripts;

namespace PatchOps.Adapters.Providers.Rpm;

/// <summary>What runs on hosts with rpm. Names and versions are checked before they become arguments, so words may be split here.</summary>
/// <remarks>Before each script stand its settings: <c>tool</c>, <c>options</c> and <c>root</c> (the options of rpm for another root), as words.</remarks>
internal static class RpmScripts
{
    private const string Environment = """
        export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        keep=/var/lib/patchops/packages/rpm
        """;

    // Versions as rpm compares them, without an epoch of 0. A package that may be installed several times at once (a kernel) has several lines.
    private const string Installed = """
        installed() { rpm $root -q --qf '%{EPOCHNUM}:%{VERSION}-%{RELEASE}\n' "$1" 2>/dev/null | sed -n 's/^0://; /^[0-9].*-/p'; }
        has() { installed "$1" | grep -qxF -e "$2"; }
        several() { rpm $root -q --provides "$1" 2>/dev/null | grep -q '^installonlypkg(\|^kernel'; }
        refuse() { printf 'refused\t%s\t%s\n' "$1" "$2"; exit 3; }
        """;

    private const string State = """
        read -r boot 2>/dev/null </proc/sys/kernel/random/boot_id && printf 'boot\t%s\n' "$boot"
        rpm $root -q rpm >/dev/null 2>&1
        [ $? -le 1 ] || { echo "rpm's database cannot be read" >&2; exit 4; }
        while [ $# -ge 3 ]; do
            if has "$1" "$3"; then v=$3; elif [ -n "$2" ] && has "$1" "$2"; then v=$2; else v=$(installed "$1" | tail -n 1); fi
            # Two at once of what is no kernel: a transaction was cut off between the new version and the old one.
            broken=
            [ "$(installed "$1" | wc -l)" -le 1 ] || several "$1" || broken=duplicate
            printf 'package\t%s\t%s\t%s\n' "$1" "$v" "$broken"
            shift 3
        done
        """;

    public const string Verify = Environment + "\n" + Installed + "\n" + State + "\n" + """
        if [ -z "$root" ]; then
            if command -v needs-restarting >/dev/null; then needs-restarting -r >/dev/null 2>&1 || printf 'restart\thost\n'
            elif [ "$tool" = zypper ] && [ -e /run/reboot-needed ]; then printf 'restart\thost\n'
            else
                newest=$(rpm -q --last kernel-core kernel kernel-default 2>/dev/null | sed -n '1s/^kernel[a-z-]*-\([0-9][^ ]*\).*/\1/p')
                [ -z "$newest" ] || case $(uname -r) in "$newest"*) ;; *) printf 'restart\tkernel\n' ;; esac
            fi
        fi
        exit 0
        """;

    public const string PreCheck = Environment + "\n" + Installed + "\n" + State + "\n" + """
        for f in / /usr /var/lib/rpm /var/cache /boot; do
            [ -d "$f" ] && df -Pk "$f" | awk -v f="$f" 'NR == 2 { print int($4 / 1024), f }'
        done | sort -n | head -n 1 | { read -r free place; [ "${free:-0}" -ge 200 ] && s=passed || s=blocking; printf 'check\tDisk\t%s\t%s MiB free on %s, 200 wanted\n' $s "${free:-0}" "${place:-/}"; }
        bad=
        for f in /var/lib/rpm /usr /etc; do
            t=$(mktemp "$f/.patchops.XXXXXX" 2>/dev/null) && rm -f "$t" || bad="$bad $f"
        done
        if [ -n "$bad" ]; then printf 'check\tWritable\tblocking\tcannot write below%s\n' "$bad"; else printf 'check\tWritable\tpassed\n'; fi
        other=
        for f in /run/dnf.pid /var/run/dnf.pid /var/run/yum.pid /var/cache/dnf/metadata_lock.pid /run/zypp.pid /var/run/zypp.pid; do
            [ -s "$f" ] && read -r pid <"$f" && [ -d "/proc/$pid" ] && other="$other $f"
        done
        if [ -n "$other" ]; then printf 'check\tLock\twarning\tanother package manager works:%s\n' "$other"; else printf 'check\tLock\tpassed\n'; fi
        exit 0
        """;

    /// <summary>Downloads into a folder of its own; the files that come down say exactly what would be installed.</summary>
    private const string Download = Environment + "\n" + Installed + "\n" + """
        specs= approved= before=
        while [ $# -ge 3 ]; do
            approved="$approved $1=$3"
            has "$1" "$3" || specs="$specs $1-$3"
            [ -z "$2" ] || before="$before $1-$2"
            shift 3
        done
        if [ -z "$specs" ]; then echo 'patchops: every package has its approved version'; exit 0; fi
        d=$keep/$(printf '%s' "$specs" | sha256sum | cut -c1-24)
        fetch() {
            [ ! -e "$d/complete" ] || return 0
            rm -rf "$d" && mkdir -p "$d" || exit 71
            $tool $options -y --downloadonly --downloaddir="$d" install $specs >"$d/log" 2>&1
            code=$?
            cat "$d/log"
            if grep -q 'Unable to find a match\|No package .* available\|No match for argument' "$d/log"; then
                refuse VersionNotAvailable "an approved version is not in the repositories: $(sed -n 's/.*\(Unable to find a match\|No match for argument\): *//p' "$d/log" | sort -u | tr '\n' ' ')"
            fi
            if grep -q '^Removing\|^ *replacing ' "$d/log"; then refuse UnapprovedChange "packages would be removed: $(grep -A3 '^Removing\|^ *replacing ' "$d/log" | tr -s ' \n' ' ' | cut -c1-150)"; fi
            [ $code -eq 0 ] || exit $code
            : >"$d/complete"
        }
        check() {
            set -- "$d"/*.rpm
            [ -e "$1" ] || refuse VersionNotAvailable 'nothing was downloaded'
            extra=
            for f; do
                one=$(rpm $root -qp --qf '%{NAME}=%{EPOCHNUM}:%{VERSION}-%{RELEASE}' "$f" 2>/dev/null | sed 's/=0:/=/')
                case " $approved " in *" $one "*) ;; *) extra="$extra $one" ;; esac
            done
            [ -z "$extra" ] || refuse UnapprovedChange "more would change than was approved:$extra"
        }
        """;

    public const string Stage = Download + "\n" + """
        fetch
        check
        # The way back: the installed versions' own packages, where the repositories still have them.
        mkdir -p "$keep/back" || exit 71
        for s in $before; do
            [ -e "$keep/back/$s".*rpm ] || $tool $options -y -q --downloadonly --downloaddir="$keep/back" reinstall "$s" >/dev/null 2>&1
        done
        exit 0
        """;

    public const string Apply = Download + "\n" + """
        fetch
        check
        # Files only, no repositories: nothing but what was checked can be installed.
        $tool $options -y -C --disablerepo='*' install "$d"/*.rpm
        """;

    /// <summary>rpm itself, from kept files: the package manager may not work while something is broken.</summary>
    public const string Revert = Environment + "\n" + Installed + "\n" + """
        files= gone=
        mkdir -p "$keep/back" || exit 71
        # Which verb brings a package down depends on what is installed of it.
        fetch() {
            if [ "$tool" = zypper ]; then
                ZYPP_LOCK_TIMEOUT=60 zypper $options -n install --no-recommends --oldpackage --force --download-only "$1=$2" >/dev/null 2>&1
                find "${root#--root }/var/cache/zypp/packages" -name '*.rpm' -exec cp -n {} "$keep/back" \; 2>/dev/null
                return
            fi
            for verb in reinstall install downgrade; do
                $tool $options -y -q --downloadonly --downloaddir="$keep/back" $verb "$1-$2" >/dev/null 2>&1
                set -- "$1" "$2" "$keep/back/$1-${2#*:}".*.rpm
                [ ! -e "$3" ] || return 0
            done
        }
        # What was ended a moment ago may still hold rpm's lock: a minute of patience, for that alone.
        patiently() {
            n=0
            while :; do
                said=$(rpm $root "$@" 2>&1) && { [ -z "$said" ] || printf '%s\n' "$said"; return 0; }
                code=$?
                case $said in *'transaction lock'*) [ $n -lt 60 ] || { printf '%s\n' "$said" >&2; return $code; } ;; *) printf '%s\n' "$said" >&2; return $code ;; esac
                n=$((n + 1))
                sleep 1
            done
        }
        while [ $# -ge 3 ]; do
            if [ -z "$2" ]; then
                installed "$1" | grep -q . && gone="$gone $1"
            elif has "$1" "$2" && several "$1"; then
                # Both at once, as kernels are: only the new one goes.
                ! has "$1" "$3" || [ "$2" = "$3" ] || gone="$gone $1-$3"
            elif ! has "$1" "$2" || [ "$(installed "$1" | wc -l)" -gt 1 ]; then
                found=
                for try in 1 2; do
                    for f in "$keep"/back/*.rpm "$keep"/*/*.rpm; do
                        [ -e "$f" ] || continue
                        [ "$(rpm $root -qp --qf '%{NAME}=%{EPOCHNUM}:%{VERSION}-%{RELEASE}' "$f" 2>/dev/null | sed 's/=0:/=/')" = "$1=$2" ] && { found=$f; break 2; }
                    done
                    [ $try = 2 ] || fetch "$1" "$2"
                done
                [ -n "$found" ] || { echo "no package of $1 $2 is kept or on offer" >&2; exit 100; }
                files="$files $found"
            fi
            shift 3
        done
        if [ -n "$files" ]; then patiently -U --oldpackage --force $files || exit $?; fi
        if [ -n "$gone" ]; then patiently -e $gone || exit $?; fi
        exit 0
        """;

    public const string Detect = Environment + "\n" + """
        t=$(mktemp) || exit 71
        trap 'rm -f "$t"' EXIT
        $tool $options -q updateinfo list --updates --security 2>/dev/null | awk 'NF >= 3 { print $3 }' >"$t"
        $tool $options -q repoquery --upgrades --qf '%{name}\t%{evr}\t%{repoid}\t%{name}-%{version}-%{release}.%{arch}' >"$t.new" || { rm -f "$t.new"; exit 5; }
        while IFS="$(printf '\t')" read -r name evr repo nevra; do
            [ -n "$nevra" ] || continue
            if grep -qxF -e "$nevra" "$t"; then s=security; else s=; fi
            printf 'update\t%s\t%s\t%s\t%s\t%s\n' "$name" "$(rpm $root -q --qf '%{EPOCHNUM}:%{VERSION}-%{RELEASE}\n' "$name" 2>/dev/null | sed 's/^0://' | tail -n 1)" "${evr#0:}" "$s" "$repo"
        done <"$t.new"
        rm -f "$t.new"
        exit 0
        """;

    public static ProviderScripts Dnf(string name) => new() { Name = name, Detect = Detect, PreCheck = PreCheck, Stage = Stage, Apply = Apply, Verify = Verify, Revert = Revert };
}
