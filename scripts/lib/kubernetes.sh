# SPDX-License-Identifier: Apache-2.0
#
# A real kube-apiserver and etcd. Debian has etcd as a package and Kubernetes 1.20 as a source
# package, which is built once (about ten minutes of CPU) and kept in the cache. A folder with
# etcd, kube-apiserver and kubectl named by KUBEBUILDER_ASSETS is used instead when it is given.

KUBERNETES_VERSION=v1.20.2

# need_kubernetes: sets KUBE_APISERVER, ETCD and KUBECTL to programs that work.
need_kubernetes() {
    if [[ -n ${KUBEBUILDER_ASSETS:-} ]]; then
        KUBE_APISERVER=$KUBEBUILDER_ASSETS/kube-apiserver
        ETCD=$KUBEBUILDER_ASSETS/etcd
        KUBECTL=$KUBEBUILDER_ASSETS/kubectl
        local program
        for program in "$KUBE_APISERVER" "$ETCD" "$KUBECTL"; do
            [[ -x $program ]] || fail "KUBEBUILDER_ASSETS is set, but $program is no program"
        done
        return
    fi
    need apt etcd-server openssl
    ETCD=$(command -v etcd)
    command -v kubectl >/dev/null || need apt kubernetes-client
    KUBECTL=$(command -v kubectl)
    # The key is what goes in: the version and how it is built.
    local key
    key=$KUBERNETES_VERSION-$(sha256sum <scripts/lib/kubernetes.sh | cut -c1-8)
    KUBE_APISERVER=$CACHE/kubernetes-$key/kube-apiserver
    [[ ! -x $KUBE_APISERVER ]] || return 0
    mkdir -p "$CACHE"
    (
        flock 9
        [[ -x $KUBE_APISERVER ]] || build_kubernetes "${KUBE_APISERVER%/*}"
    ) 9>"$CACHE/kubernetes.lock"
}

# build_kubernetes DIRECTORY: from Debian's source package to DIRECTORY/kube-apiserver.
build_kubernetes() {
    local work=$CACHE/kubernetes-build log=$CACHE/kubernetes-build.log
    say "building kube-apiserver $KUBERNETES_VERSION from Debian's source, about ten minutes"
    need apt golang-go rsync dpkg-dev make gcc libc6-dev golang-github-modern-go-reflect2-dev
    rm -rf "$work"
    mkdir -p "$work"
    : >"$log"
    retry 3 fetch_kubernetes "$work" >>"$log" 2>&1 || build_failed "$log" "fetching the source"
    (cd "$work" && dpkg-source --no-check -x kubernetes_*.dsc tree) >>"$log" 2>&1 ||
        build_failed "$log" "unpacking the source"
    # The vendored reflect2 1.0.1 does not work with Go 1.19: the server would crash on the first
    # custom resource.
    local reflect2=$work/tree/vendor/github.com/modern-go/reflect2
    rm -rf "$reflect2"
    mkdir -p "$reflect2"
    cp -r /usr/share/gocode/src/github.com/modern-go/reflect2/. "$reflect2/"
    mkdir -p "$work/go/src/k8s.io"
    ln -s "$work/tree" "$work/go/src/k8s.io/kubernetes"
    (
        cd "$work/go/src/k8s.io/kubernetes"
        env GOPATH="$work/go" GOCACHE="$work/cache" GO111MODULE=off GOFLAGS= \
            KUBE_GIT_VERSION=$KUBERNETES_VERSION KUBE_GIT_COMMIT=debian KUBE_GIT_TREE_STATE=clean \
            make WHAT=cmd/kube-apiserver GOLDFLAGS="-s -w"
    ) >>"$log" 2>&1 </dev/null || build_failed "$log" "make"
    mkdir -p "$1"
    cp -L "$work/tree/_output/bin/kube-apiserver" "$1/kube-apiserver.new"
    mv "$1/kube-apiserver.new" "$1/kube-apiserver"
    chmod -R u+w "$work"
    rm -rf "$work"
}

build_failed() {
    tail -n 40 "$1" >&2
    fail "kube-apiserver could not be built: $2 failed; everything is in $1"
}

# fetch_kubernetes DIRECTORY: the source package, signed by Debian's archive key, from the mirror
# that this machine uses, in an apt configuration of its own.
fetch_kubernetes() {
    local apt=$1/apt site
    site=$(apt-get indextargets --format '$(SITE)' 'Codename: bookworm' 'Created-By: Packages' |
        grep -v security | head -n 1)
    [[ -n $site ]] || site=$(grep -hoP '^(URIs:|deb) *\Khttps?://\S*/debian/?(?=\s|$)' \
        /etc/apt/sources.list.d/*.sources /etc/apt/sources.list 2>/dev/null | head -n 1)
    [[ -n $site ]] || return 1
    rm -rf "$apt"
    mkdir -p "$apt/lists/partial" "$apt/parts"
    echo "deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $site bookworm main" \
        >"$apt/sources.list"
    local options=(-o "Dir::Etc::SourceList=$apt/sources.list" -o "Dir::Etc::SourceParts=$apt/parts"
        -o "Dir::State::Lists=$apt/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
        -o Acquire::Retries=3)
    apt-get "${options[@]}" update &&
        (cd "$1" && apt-get "${options[@]}" source --download-only kubernetes)
}
