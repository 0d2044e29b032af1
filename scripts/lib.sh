# SPDX-License-Identifier: Apache-2.0
#
# Common ground of the project's scripts; source it first. It goes to the repository's root and
# gives: messages, clean-up in one place, packages and Python, processes, namespaces, the agents.
#
# Whatever a script makes is registered with `at_exit` the moment it exists, so every way out of a
# script (success, failure, a signal) removes it, newest first.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
CACHE=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/opi-xpu
PEERS=$ROOT/Tests/peers
BINARY=$ROOT/.build/opi-xpu
cd "$ROOT"

for part in cleanup packages processes namespaces agents; do
    source "$ROOT/scripts/lib/$part.sh"
done
unset part
