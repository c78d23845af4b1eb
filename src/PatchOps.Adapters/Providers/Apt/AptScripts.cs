namespace PatchOps.Adapters.Providers.Apt;

/// <summary>What runs on the host. Package names and versions are checked before they become arguments, so words may be split here.</summary>
internal static class AptScripts
{
    private const string Environment = """
        export DEBIAN_FRONTEND=noninteractive DEBCONF_NONINTERACTIVE_SEEN=true APT_LISTCHANGES_FRONTEND=none UCF_FORCE_CONFFOLD=1
        export NEEDRESTART_SUSPEND=1 LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        keep=/var/lib/patchops/packages
        """;

    // Sets todo to those of the arguments (package=version) that are not installed so, and native to the machine's architecture, which is dpkg's own.
    private const string Todo = """
        names=dpkg
        for c; do names="$names ${c%%=*}"; done
        have=$(dpkg-query -W -f '${Package}=${Version} ${db:Status-Status}\n${Package}:${Architecture}=${Version} ${db:Status-Status}\n' $names 2>/dev/null)
        todo=
        for c; do
            case "
        $have
        " in *"
        $c installed
        "*) ;; *) todo="$todo $c" ;; esac
        done
        native="
        $have"
        native=${native##*"
        dpkg:"}
        native=${native%%=*}
        case $native in *[!a-z0-9-]*) native= ;; esac
        """;

    // One call of apt. The lists are fetched anew only where a version is not known: each call of apt costs.
    private const string Apt = """
        # What apt would ask dpkg for seven times over, by a process each: the first line is the native one, and without the file there is no other.
        known=
        [ -z "$native" ] || known="-o APT::Architectures::=$native"
        [ -z "$native" ] || [ ! -r /var/lib/dpkg/arch ] || while read -r a; do [ -z "$a" ] || known="$known -o APT::Architectures::=$a"; done </var/lib/dpkg/arch
        # Without the dump of its planning, which only apt's own authors read: compressing it took a quarter of a small upgrade. Its logs stay.
        apt() {
            apt-get -y -q $known -o Dir::Log::Planner=/dev/null -o Dpkg::Use-Pty=0 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold -o DPkg::Lock::Timeout="$lock" \
                -o APT::Color=0 -o Acquire::Retries=2 --no-install-recommends --no-remove "$@"
        }
        unknown() { grep -Eqs '^E: (Version .* was not found|Unable to locate package)|^E: Failed to fetch|^E: Unable to fetch' "/proc/$$/fd/2"; }
        """;

    // Splits the arguments: seconds to wait for the lock, number of approved changes, these as package=version, then what revert would return to.
    private const string ThereAndBack = """
        lock=$1 count=$2
        shift 2
        wanted= before=
        for c; do
            if [ "$count" -gt 0 ]; then wanted="$wanted $c"; count=$((count - 1)); else before="$before $c"; fi
        done
        set -- $wanted
        """;

    // The way back: the installed versions' own packages, where the archive still has them.
    private const string KeepBefore = """
        keep_before() {
            [ -d "$keep" ] || mkdir -p "$keep" || return 71
            missing=
            for c in $before; do
                name=${c%%=*} version=${c#*=}
                case $version in *:*) version=$(printf %s "$version" | sed 's/:/%3a/g') ;; esac
                file=${name%%:*}_$version
                set -- "$keep/$file"_*.deb
                [ ! -e "$1" ] || continue
                set -- "/var/cache/apt/archives/$file"_*.deb
                [ -e "$1" ] && cp -p "$1" "$keep" || missing="$missing $c"
            done
            # What apt says of a version that is gone is not to be taken for what it says of the approved one.
            [ -z "$missing" ] || (cd "$keep" && apt-get -q $known -o APT::Sandbox::User=root download $missing 2>/dev/null) || echo "patchops: the archive has no way back for$missing" >&2
            return 0
        }
        """;

    /// <summary>Arguments: seconds to wait for the lock, number of approved changes, these as package=version, then what revert would return to.</summary>
    /// <remarks>
    /// The gate is a hook that apt calls with everything it is about to do, before dpkg is called: what is not approved to the
    /// version stops all of it. So exactness costs no second call of apt, and nothing can slip in between a check and the change.
    /// </remarks>
    public const string Apply = Environment + "\n" + ThereAndBack + "\n" + Todo + "\n" + """
        if [ -z "$todo" ]; then echo 'patchops: every package has its approved version'; exit 0; fi
        """ + "\n" + Apt + "\n" + KeepBefore + "\n" + """
        gate='
            BEGIN { count = split(approved, list, " "); for (i = 1; i <= count; i++) allowed[list[i]] = 1 }
            !body { if ($0 == "") body = 1; next }
            $9 == "**CONFIGURE**" || ($1 "=" $6) in allowed || ($1 ":" $7 "=" $6) in allowed { next }
            { print "patchops-gate: " $1 " " $2 " " ($9 == "**REMOVE**" ? "(removed)" : $6) | "cat >&2"; bad = 1 }
            END { close("cat >&2"); exit bad }'
        install() { apt -o "DPkg::Pre-Install-Pkgs::=/usr/bin/awk -v approved='$*' '$gate'" -o DPkg::Tools::Options::/usr/bin/awk::Version=3 install $todo; }
        # Where that fails for want of room, apt says so itself, and better.
        keep_before
        install "$@"
        code=$?
        if [ $code -ne 0 ] && unknown; then
            echo 'patchops: reading the archive anew' >&2
            apt update && install "$@"
            code=$?
        fi
        exit $code
        """;

    /// <summary>Arguments: seconds to wait for the lock, number of approved changes, these as package=version, then what revert would return to.</summary>
    public const string Stage = Environment + "\n" + ThereAndBack + "\n" + Todo + "\n" + """
        if [ -z "$todo" ]; then echo 'patchops: every package has its approved version'; exit 0; fi
        """ + "\n" + Apt + "\n" + KeepBefore + "\n" + """
        download() { apt --download-only install $todo; }
        download
        code=$?
        if [ $code -ne 0 ] && unknown; then
            apt update && download
            code=$?
        fi
        [ $code -eq 0 ] || exit $code
        keep_before
        """;

    /// <summary>Arguments: seconds to wait for the lock, then package=version to return to, or package= to remove.</summary>
    /// <remarks>
    /// dpkg itself, not apt: apt refuses to work while a broken package lies about, and would run the very script again that hung.
    /// </remarks>
    public const string Revert = Environment + "\n" + """
        lock=$1
        shift
        file() {
            name=${1%%=*}
            for f in "$keep/${name%%:*}_$(printf %s "${1#*=}" | sed 's/:/%3a/g')"_*.deb \
                "/var/cache/apt/archives/${name%%:*}_$(printf %s "${1#*=}" | sed 's/:/%3a/g')"_*.deb; do
                [ -e "$f" ] && { echo "$f"; return; }
            done
            return 1
        }
        back= gone=
        for c; do
            if [ -n "${c#*=}" ]; then back="$back $c"; else gone="$gone ${c%=}"; fi
        done
        set -- $back
        """ + "\n" + Todo + "\n" + """
        missing= files=
        for c in $todo; do file "$c" >/dev/null || missing="$missing $c"; done
        if [ -n "$missing" ]; then
            mkdir -p "$keep" && cd "$keep" && apt-get -q -o APT::Sandbox::User=root download $missing || exit 100
        fi
        for c in $todo; do files="$files $(file "$c")" || exit 100; done
        busy() { grep -cs 'locked by another process' "/proc/$$/fd/2"; }
        run() {
            while :; do
                seen=$(busy)
                dpkg --force-downgrade --force-confdef --force-confold "$@" && return 0
                code=$?
                [ "$(busy)" != "$seen" ] && [ "$lock" -gt 0 ] || return $code
                lock=$((lock - 1))
                sleep 1
            done
        }
        if [ -n "$files" ]; then run --install $files || exit $?; fi
        if [ -n "$gone" ]; then run --remove $gone || exit $?; fi
        # apt tells a change of dpkg's by the second and the length of a file: one within the second of the last passes it by, and it would take
        # what was taken back for installed. So it is made to look.
        [ -z "$files$gone" ] || rm -f /var/cache/apt/pkgcache.bin
        exit 0
        """;

    private const string State = """
        export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        read -r boot 2>/dev/null </proc/sys/kernel/random/boot_id && echo "boot $boot"
        dpkg-query -W -f 'package ${Package} ${Architecture} ${db:Status-Status} ${db:Status-Eflag} ${Version}\n' dpkg "$@" 2>/dev/null
        for f in /run/reboot-required /var/run/reboot-required; do
            [ -e "$f" ] || continue
            echo 'restart host'
            [ ! -e "$f.pkgs" ] || sort -u "$f.pkgs" | sed 's/^/restart package /'
            break
        done
        """;

    /// <summary>Arguments: yes where needrestart is to be asked, then package names.</summary>
    public const string Verify = """
        ask=$1
        shift
        """ + "\n" + State + "\n" + """
        if [ "$ask" = yes ] && command -v needrestart >/dev/null; then
            timeout 20 needrestart -b -r l 2>/dev/null | sed -n 's/^NEEDRESTART-KSTA: [23]$/restart kernel/p; s/^NEEDRESTART-SVC: /restart service /p'
        fi
        exit 0
        """;

    /// <summary>Arguments: file whose age is the backup's, or empty; then package names.</summary>
    public const string PreCheck = """
        backup=$1
        shift
        """ + "\n" + State + "\n" + """
        set -- /
        for f in /var/lib/dpkg /var/cache/apt/archives /boot; do [ ! -d "$f" ] || set -- "$@" "$f"; done
        df -Pk "$@" | while read -r from size used free share on; do [ "$used" = Used ] || echo "disk $from $free $on"; done
        umask 077
        for f in /var/lib/dpkg /usr /etc; do
            { true >"$f/.patchops.$$"; } 2>/dev/null || echo "unwritable $f"
        done
        rm -f "/var/lib/dpkg/.patchops.$$" "/usr/.patchops.$$" "/etc/.patchops.$$" 2>/dev/null
        # dpkg is asked for the list of all packages only where its file shows one that is neither there nor gone.
        if ! [ -r /var/lib/dpkg/status ] || grep -q '^Status: [a-z]* reinstreq \|^Status: [a-z]* [a-z]* \(half\|unpacked\|triggers\)' /var/lib/dpkg/status; then
            dpkg-query -W -f '${db:Status-Abbrev} ${Package}\n' | awk 'substr($1, 2, 1) !~ /[nci]/ || $1 ~ /R/ { print "audit " $2 " " $1 }'
        fi
        for f in /var/lib/dpkg/updates/*; do [ -e "$f" ] && { echo 'audit dpkg interrupted'; break; }; done
        locks=$(stat -c '%i:%n' /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/cache/apt/archives/lock 2>/dev/null)
        # A holder's line has device and inode as three numbers with colons, and the process before them.
        while read -r line; do
            before=
            for word in $line; do
                case $word in *:*:*) for l in $locks; do [ "${l%%:*}" != "${word##*:}" ] || echo "lock ${l#*:} $before"; done ;; esac
                before=$word
            done
        done 2>/dev/null </proc/locks
        [ -z "$backup" ] || echo "now $(date +%s)"
        [ -z "$backup" ] || echo "backup $(stat -c %Y "$backup" 2>/dev/null || echo none)"
        exit 0
        """;

    /// <summary>Lists holds, what a full upgrade would do, and what versions are on offer for everything that is installed.</summary>
    public const string Detect = """
        export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
        echo '== packages'
        dpkg-query -W -f '${binary:Package} ${Version} ${db:Status-Want} ${db:Status-Status}\n' || exit $?
        echo '== simulation'
        apt-get -s -q -o Debug::NoLocking=1 -o APT::Get::Show-User-Simulation-Note=0 dist-upgrade
        echo "== code $?"
        echo '== policy'
        dpkg-query -W -f '${db:Status-Status} ${binary:Package}\n' | sed -n 's/^installed //p' | xargs apt-cache -q policy || exit $?
        """;
}
