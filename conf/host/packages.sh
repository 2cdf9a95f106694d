#!/bin/bash
# packages.sh run|test: installs the Debian packages of that group that are missing, and Node.js when there is no
# npm. Asks dpkg first: when all is there, apt is not started at all. Services of the packages (the system's own
# MariaDB and nginx) are not started: the portal runs private ones.
. "$(dirname "$0")/lib.sh"

POLICY=/usr/sbin/policy-rc.d
POLICY_MARK='# chargehall: no services during make run'
LOG=$BUILD/log/apt.log

# Names of the group's packages that are absent or too old.
missing_packages()
{
    local group name least installed
    while read -r group name least; do
        [ "$group" = run ] || [ "$group" = "$1" ] || continue
        installed=$(dpkg-query -W -f='${db:Status-Status} ${Version}' "$name" 2>/dev/null || :)
        if [ "${installed%% *}" != installed ]; then
            echo "$name"
        elif [ -n "$least" ] && ! dpkg --compare-versions "${installed#* }" ge "$least"; then
            echo "$name"
        fi
    done < <(sed 's/#.*//' "$ROOT/conf/host/packages.txt" | awk 'NF >= 2')
    command -v npm >/dev/null || printf 'nodejs\nnpm\n'
}

as_root()
{
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

services_hold()
{
    if [ -e "$POLICY" ] && ! grep -qsF "$POLICY_MARK" "$POLICY"; then return 0; fi
    printf '#!/bin/sh\n%s\nexit 101\n' "$POLICY_MARK" | as_root tee "$POLICY" >/dev/null
    as_root chmod 755 "$POLICY"
}

services_release()
{
    if grep -qsF "$POLICY_MARK" "$POLICY"; then as_root rm -f "$POLICY"; fi
}

apt() { step "$1" "$LOG" "${SUDO[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 "${@:2}"; }

main()
{
    command -v dpkg-query >/dev/null || die "this is not Debian: dpkg is missing" "Install what conf/host/packages.txt lists by hand"
    local names
    mapfile -t names < <(missing_packages "$1")
    [ ${#names[@]} -gt 0 ] || return 0
    SUDO=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || die "缺少软件包，需要 root 权限安装。Packages are missing and there is no sudo" \
            "As root: apt-get update && apt-get install --no-install-recommends ${names[*]}"
        SUDO=(sudo)
        say "missing packages: ${names[*]}; sudo may ask for your password"
        sudo -v || die "sudo was refused" "As root: apt-get update && apt-get install --no-install-recommends ${names[*]}"
    fi
    trap 'step_abort; services_release' EXIT
    trap 'exit 130' INT TERM HUP
    apt "apt: reading the package lists" update ||
        warn "apt-get update failed, going on with the lists that are there (log: $LOG)"
    services_hold
    apt "apt: installing ${#names[@]} packages (${names[*]})" install --no-install-recommends "${names[@]}" ||
        die "软件包安装失败。apt could not install the packages" \
            "Mend what the log names, then run the same command again; by hand: apt-get install ${names[*]}" "$LOG"
    mapfile -t names < <(missing_packages "$1")
    [ ${#names[@]} = 0 ] || die "still missing or too old after the installation: ${names[*]}" \
        "Is the security archive of Debian 12 among apt's sources?" "$LOG"
}

case ${1:-} in
run | test) main "$1" ;;
*) die "usage: packages.sh run|test" ;;
esac
