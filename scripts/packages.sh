# Sourced by the scripts beside it: installs Debian packages whose programs are missing.
#
#   need PROGRAM PACKAGE [PROGRAM PACKAGE]...

need() {
    local missing=()
    while (($#)); do
        PATH=$PATH:/usr/sbin:/sbin command -v "$1" >/dev/null || missing+=("$2")
        shift 2
    done
    ((${#missing[@]})) || return 0
    if ((EUID != 0)) || ! command -v apt-get >/dev/null; then
        echo "missing here: ${missing[*]} (Debian's names); install them, or run this as root on Debian" >&2
        exit 1
    fi
    echo "installing ${missing[*]}" >&2
    (
        # The servers among them are started by our programs, on ports and directories of their own, not by Debian.
        policy=/usr/sbin/policy-rc.d
        if [[ ! -e $policy ]]; then
            trap 'rm -f "$policy"' EXIT
            printf '#!/bin/sh\nexit 101\n' >"$policy"
            chmod +x "$policy"
        fi
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -q && apt-get install -y -q --no-install-recommends "${missing[@]}"
    ) >&2 </dev/null
}
