# SPDX-License-Identifier: Apache-2.0
#
# Messages, and the one list of what has to be undone when a script ends.

# say WORD...: progress, on stderr so that results on stdout stay clean.
say() { printf '%s\n' "$*" >&2; }

# fail WORD...: one sentence, and out.
fail() {
    say "${0##*/}: $*"
    exit 1
}

UNDO=()

# at_exit COMMAND...: runs when the script ends; the last one registered runs first.
at_exit() { UNDO+=("$(printf '%q ' "$@")"); }

undo_everything() {
    local status=$? i
    trap - EXIT
    trap '' INT TERM HUP
    set +e
    for ((i = ${#UNDO[@]} - 1; i >= 0; i--)); do
        eval "${UNDO[i]}"
    done
    exit "$status"
}

trap undo_everything EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

# A private directory for everything temporary; made on the first use.
TMP=
use_tmp() {
    [[ -n $TMP ]] && return
    TMP=$(mktemp -d "${TMPDIR:-/tmp}/opi-xpu.XXXXXX")
    at_exit rm -rf "$TMP"
}
