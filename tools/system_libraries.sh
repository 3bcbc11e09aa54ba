#!/bin/sh
# The libraries that Qt's window needs on Linux and that no Python package brings. Nothing to do elsewhere.
set -eu
[ "$(uname -s)" = Linux ] || exit 0

# shared object = Debian package
needed="libEGL.so.1=libegl1 libGL.so.1=libgl1 libglib-2.0.so.0=libglib2.0-0 libdbus-1.so.3=libdbus-1-3
libfontconfig.so.1=libfontconfig1 libxkbcommon-x11.so.0=libxkbcommon-x11-0 libxcb-cursor.so.0=libxcb-cursor0
libxcb-icccm.so.4=libxcb-icccm4 libxcb-keysyms.so.1=libxcb-keysyms1 libxcb-shape.so.0=libxcb-shape0"
PATH="$PATH:/sbin:/usr/sbin"
there=$(ldconfig -p)
missing=
for pair in $needed; do
    case "$there" in *"${pair%%=*}"*) ;; *) missing="$missing ${pair#*=}" ;; esac
done
# A window without letters is no use: any font will do.
[ -n "$(find /usr/share/fonts /usr/local/share/fonts -name '*.[ot]tf' 2>/dev/null | head -n 1)" ] || missing="$missing fonts-dejavu-core"
[ -n "$missing" ] || exit 0

command="apt-get update && apt-get install -y --no-install-recommends$missing"
if ! command -v apt-get >/dev/null 2>&1; then
    echo "Qt needs these system libraries, by Debian's names:$missing. Install them with your system's package manager." >&2
    exit 1
elif [ "$(id -u)" = 0 ]; then
    sh -c "$command"
elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
    sudo sh -c "$command"
else
    echo "Qt needs system libraries that only an administrator can install. Run: sudo sh -c '$command'" >&2
    exit 1
fi
