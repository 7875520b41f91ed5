#!/bin/sh
# One of the newer Engines, from a newer Debian, in a chroot and a network namespace of its own.
#
#   tests/engines/newer.sh run RELEASE STORE COMMAND...   starts it, runs COMMAND beside it, stops it
#   eval "$(tests/engines/newer.sh start RELEASE STORE)"  sets DOCKER_HOST, ORLOP_REGISTRY, ORLOP_ENTER
#   tests/engines/newer.sh stop RELEASE STORE             ends it and deletes its data, not the chroot
#
# RELEASE  trixie (dockerd 26.1, Podman 5.4) | forky (dockerd 28.5, Podman 5.8)
# STORE    classic | containerd | podman
#
# The registry and whatever must reach it (a proxy in front of it, so all of pytest) have to be in
# the Engine's network namespace: `run` sees to it, and $ORLOP_ENTER is the command that enters it.
# ORLOP_NEWER_DIR  the folder, default /tmp/orlop-newer. Short: a socket path has 107 bytes.
# Needs root on Debian, debootstrap, docker-registry, iproute2, python3, about 1 GB a release, and
# some minutes the first time. Containers get no network but their own loopback.
# Exit 2 = wrong usage, 3 = cannot be had on this machine; `run` ends as COMMAND does.
set -eu

HERE=$(dirname "$(realpath "$0")")
DIR=${ORLOP_NEWER_DIR:-/tmp/orlop-newer}
PORT=5000 # of the registry; nothing else is in the namespace

say() { echo "newer.sh: $*" >&2; }
give_up() { say "$*"; exit 3; }
usage() { say 'usage: newer.sh start|stop RELEASE STORE | run RELEASE STORE COMMAND...'; exit 2; }

answers() {
  python3 - "$SOCK" <<'P' 2>/dev/null
import socket, sys
with socket.socket(socket.AF_UNIX) as s:
    s.settimeout(5)
    s.connect(sys.argv[1])
    s.sendall(b"GET /_ping HTTP/1.0\r\nHost: localhost\r\n\r\n")
    sys.exit(b" 200 " not in s.recv(64))
P
}

# pid: of the daemon, if it still is one (a pid can be reused).
pid() {
  [ -s "$STATE/pid" ] || return 1
  case $(cat "/proc/$(cat "$STATE/pid")/comm" 2>/dev/null) in dockerd | podman) cat "$STATE/pid" ;; *) return 1 ;; esac
}

inside() { nsenter --net="/proc/$(pid)/ns/net" "$@"; }
registry() {
  inside env ORLOP_ENGINE_DIR="$STATE/registry" ORLOP_REGISTRY_PORT=$PORT "$HERE/engine.sh" "$@"
}

# Podman takes plain HTTP only from registries that are written down, port by port: the registry's
# and those of the proxies that the tests put in front of it.
podman_registries() {
  echo 'unqualified-search-registries = ["docker.io"]'
  port=$PORT
  while [ $port -le $((PORT + 16)) ]; do
    printf '[[registry]]\nlocation = "127.0.0.1:%s"\ninsecure = true\n' $port
    port=$((port + 1))
  done
}

build() {
  if [ -e "$ROOT/complete" ] && [ -x "$ROOT/usr/bin/ps" ]; then return; fi
  command -v debootstrap >/dev/null || give_up 'no debootstrap (Debian: debootstrap)'
  mirror=$(awk '/^URIs:/ { print $2; exit } /^deb / { print $2; exit }' \
    /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null || :)
  say "building a chroot of $RELEASE"
  mkdir -p "$ROOT"
  # an older debootstrap does not know a newer release by name; sid's script suits them all
  debootstrap --variant=minbase "$RELEASE" "$ROOT" "${mirror:-http://deb.debian.org/debian}" \
    /usr/share/debootstrap/scripts/sid >"$DIR/$RELEASE.log" 2>&1 ||
    { tail -n 3 "$DIR/$RELEASE.log" >&2; give_up 'debootstrap failed'; }
  printf '#!/bin/sh\nexit 101\n' >"$ROOT/usr/sbin/policy-rc.d" # packages must not start services
  chmod +x "$ROOT/usr/sbin/policy-rc.d"
  for file in /etc/resolv.conf /etc/apt/apt.conf.d/*; do # proxies and the like
    if [ -f "$file" ]; then cp "$file" "$ROOT$file"; fi
  done
  chroot "$ROOT" sh -ec '
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -q
    apt-get install -qy --no-install-recommends docker.io podman crun iptables procps ca-certificates
    apt-get clean' >>"$DIR/$RELEASE.log" 2>&1 ||
    { tail -n 3 "$DIR/$RELEASE.log" >&2; give_up 'installing the Engines failed'; }
  podman_registries >"$ROOT/etc/containers/registries.conf.d/orlop.conf"
  touch "$ROOT/complete"
}

# launch COMMAND...: in the chroot, with mounts and a network of its own.
launch() {
  # shellcheck disable=SC2016 # the inner shell expands
  setsid unshare --mount --net --propagation private sh -ec '
    root=$1 state=$2
    shift 2
    ip link set lo up
    # an address that is not loopback, and where a test asks for its own: there Engines want TLS
    ip addr add 192.0.2.9/32 dev lo
    ip route add 198.51.100.1/32 dev lo src 192.0.2.9
    mount --bind "$root" "$root"
    # the data root has one path, inside and here: tests read what the Engine keeps on its disk
    mkdir -p "$root$state"
    mount --bind "$state" "$root$state"
    mount -t proc proc "$root/proc"
    mount --rbind /sys "$root/sys"
    mount --rbind /dev "$root/dev"
    mount -t tmpfs tmpfs "$root/run"
    echo $$ >"$state/pid"
    # a chroot would not do: what is executed in a container begins at the root of the mount
    # namespace, and that would still be the root of this machine
    cd "$root"
    pivot_root . .
    umount -l .
    cd /
    exec "$@"' sh "$ROOT" "$STATE" "$@" >"$STATE/log" 2>&1 </dev/null &
  tries=0
  until answers; do
    tries=$((tries + 1))
    if ! kill -0 $! 2>/dev/null || [ $tries -gt 300 ]; then
      tail -n 5 "$STATE/log" >&2
      stop
      give_up "the Engine did not start"
    fi
    sleep 0.2
  done
}

start() {
  [ "$(id -u)" = 0 ] || give_up 'needs root'
  command -v docker-registry >/dev/null || give_up 'no docker-registry (Debian: docker-registry)'
  [ ${#SOCK} -le 107 ] || give_up "the path $SOCK is too long for a socket"
  if ! answers; then
    build
    mkdir -p "$STATE"
    case $STORE in
      classic) echo '{"features": {"containerd-snapshotter": false}}' >"$STATE/daemon.json" ;;
      containerd) echo '{"features": {"containerd-snapshotter": true}}' >"$STATE/daemon.json" ;;
    esac
    if [ "$STORE" = podman ]; then
      launch podman --root "$STATE/root" --runroot "/$STORE/run" --storage-driver overlay \
        --cgroup-manager cgroupfs --runtime /usr/sbin/runc system service --time=0 "unix:///$STORE/s"
    else
      launch dockerd --config-file "/$STORE/daemon.json" --data-root "$STATE/data" \
        --exec-root "/$STORE/exec" -H "unix:///$STORE/s" \
        --bridge=none --iptables=false --ip6tables=false
    fi
  fi
  registry start registry >/dev/null
  echo "export DOCKER_HOST=unix://$SOCK"
  echo "export ORLOP_REGISTRY=127.0.0.1:$PORT"
  echo "export ORLOP_ENTER='nsenter --net=/proc/$(pid)/ns/net'"
}

stop() {
  if daemon=$(pid); then
    registry stop
    kill "$daemon"
    tries=0
    while pid >/dev/null && [ $tries -lt 150 ]; do
      tries=$((tries + 1))
      sleep 0.2
    done
    if pid >/dev/null; then kill -9 "$daemon"; fi
  fi
  rm -rf "$STATE"
}

run() {
  trap stop EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  exports=$(start) # not within eval: its exit code counts
  eval "$exports"
  inside env ORLOP_TEST_HOST="$DOCKER_HOST" "$@"
}

[ $# -ge 3 ] || usage
VERB=$1 RELEASE=$2 STORE=$3
shift 3
case $STORE in classic | containerd | podman) ;; *) usage ;; esac
ROOT=$DIR/$RELEASE STATE=$ROOT/$STORE SOCK=$ROOT/$STORE/s
case "$VERB $#" in
  'start 0') start ;;
  'stop 0') stop ;;
  'run 0') usage ;;
  run\ *) run "$@" ;;
  *) usage ;;
esac
