# SPDX-License-Identifier: Apache-2.0
#
# What a new machine lacks: Debian's packages, and Python ones in a venv of our own.

# retry TIMES COMMAND...: mirrors and indexes fail now and then; wait a little longer each time.
retry() {
    local times=$1 try
    shift
    for ((try = 1; try <= times; try++)); do
        "$@" && return
        ((try == times)) || sleep $((try * 3))
    done
    return 1
}

missing_packages() {
    local package
    for package in "$@"; do
        [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null) == installed ]] ||
            echo "$package"
    done
}

# Quiet unless it fails; then everything apt said is shown.
apt_quietly() {
    local log
    log=$(mktemp)
    if ! DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300 \
        -o Acquire::Retries=3 "$@" </dev/null >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

# need apt PACKAGE...: installs those that are not there; reads the package lists once a run.
need() {
    [[ ${1:-} == apt ]] || fail "need: unknown kind of package '${1:-}'"
    shift
    local packages
    mapfile -t packages < <(missing_packages "$@")
    ((${#packages[@]})) || return 0
    ((EUID == 0)) || fail "these packages are missing and only root can install: ${packages[*]}"
    say "installing ${packages[*]}"
    if [[ -z ${OPI_XPU_APT_UPDATED:-} ]]; then
        retry 3 apt_quietly update || fail "apt-get update failed"
        export OPI_XPU_APT_UPDATED=1
    fi
    retry 3 apt_quietly install --no-install-recommends "${packages[@]}" ||
        fail "could not install ${packages[*]}"
}

# need_swift: the one thing that no script installs.
need_swift() {
    local have
    have=$(swift --version 2>/dev/null | grep -oPm1 'Swift version \K[0-9]+\.[0-9]+') ||
        fail "no swift in PATH; install a Swift 6.3 toolchain for Linux from swift.org"
    [[ $(printf '6.3\n%s\n' "$have" | sort -V | head -1) == 6.3 ]] ||
        fail "swift $have is too old; 6.3 or newer is needed"
}

# need_libraries: the headers and static archives that the product is linked with.
need_libraries() { need apt libssl-dev libyaml-dev zlib1g-dev pkg-config; }

# need_python: the peers' packages in a venv named after what is in it; sets OPI_XPU_PYTHON.
need_python() {
    [[ -n ${OPI_XPU_PYTHON:-} && -x $OPI_XPU_PYTHON ]] && return
    command -v python3 >/dev/null || need apt python3
    python3 -c 'import ensurepip, venv' 2>/dev/null || need apt python3-venv
    local key venv
    key=$({ python3 --version && cat scripts/requirements.txt; } | sha256sum | cut -c1-12)
    venv=$CACHE/venv-$key
    mkdir -p "$CACHE"
    if [[ ! -e $venv/complete ]]; then
        (
            flock 9
            [[ -e $venv/complete ]] || make_venv "$venv"
        ) 9>"$venv.lock"
    fi
    export OPI_XPU_PYTHON=$venv/bin/python
}

make_venv() {
    say "making a Python environment in $1"
    rm -rf "$1"
    python3 -m venv "$1"
    retry 3 "$1/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
        -r scripts/requirements.txt >&2 || fail "could not install scripts/requirements.txt"
    touch "$1/complete"
}
