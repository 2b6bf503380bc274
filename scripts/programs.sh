#!/bin/sh
# Makes sure that the programs given as arguments are installed, from the distribution's packages.
#   scripts/programs.sh haproxy pebble
set -eu
PATH=$PATH:/usr/sbin:/sbin

package_of() {
    case $1 in
        pebble-challtestsrv) echo pebble ;;
        certutil) echo libnss3-tools ;;
        ip) echo iproute2 ;;
        ssh) echo openssh-client ;;
        *) echo "$1" ;;
    esac
}

missing='' packages=''
for program in "$@"; do
    command -v "$program" >/dev/null 2>&1 && continue
    missing="$missing $program"
    case " $packages " in
        *" $(package_of "$program") "*) ;;
        *) packages="${packages:+$packages }$(package_of "$program")" ;;
    esac
done
[ -n "$missing" ] || exit 0
exec "$(dirname "$0")/packages.sh" $packages
