#!/bin/sh
# A Docker Engine and an image registry for the tests, private to one folder.
#
#   eval "$(tests/engines/engine.sh start)"            both: sets DOCKER_HOST and ORLOP_REGISTRY
#   eval "$(tests/engines/engine.sh start registry)"   the registry alone (does not need root)
#   tests/engines/engine.sh status                     prints the same lines; 1 when one is down
#   tests/engines/engine.sh stop                       ends both and deletes the folder
#
# ORLOP_ENGINE_DIR     the folder, default /tmp/orlop-engine. Short: a socket path has 107 bytes.
# ORLOP_ENGINE_REMAP   if set, users of containers are others outside (dockerd --userns-remap); the
#                      data root is then data/600000.600000 below the folder
# ORLOP_REGISTRY_PORT  the registry's port on 127.0.0.1, default a free one.
# Containers get no network but their own loopback. Nothing is installed: needs dockerd and
# docker-registry (Debian: docker.io iptables docker-registry) and python3.
# Exit 2 = wrong usage, 3 = cannot run on this machine.
set -eu

DIR=${ORLOP_ENGINE_DIR:-/tmp/orlop-engine}
SOCK=$DIR/docker.sock
BRIDGE=or$(printf %s "$DIR" | cksum | cut -c1-8) # an interface name has 15 bytes

say() { echo "engine.sh: $*" >&2; }
give_up() { say "$*"; exit 3; }

# pid_of PROGRAM: the pid in its file if that process still is PROGRAM (a pid can be reused).
pid_of() {
  [ -s "$DIR/$1.pid" ] || return 1
  pid=$(cat "$DIR/$1.pid")
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = "$1" ] || return 1
  case $(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$pid/status") in [ZX]) return 1 ;; esac
  echo "$pid"
}

# answers ADDRESS PATH: 0 when an HTTP server at a socket path or on a port says 200.
answers() {
  python3 - "$1" "$2" <<'P' 2>/dev/null
import socket, sys
where, path = sys.argv[1:]
kind, address = (socket.AF_UNIX, where) if "/" in where else (socket.AF_INET, ("127.0.0.1", int(where)))
with socket.socket(kind) as s:
    s.settimeout(5)
    s.connect(address)
    s.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
    sys.exit(b" 200 " not in s.recv(64))
P
}

engine_up() { pid_of dockerd >/dev/null && answers "$SOCK" /_ping; }
registry_up() {
  pid_of docker-registry >/dev/null && [ -s "$DIR/registry.port" ] &&
    answers "$(cat "$DIR/registry.port")" /v2/
}
print_engine() { echo "export DOCKER_HOST=unix://$SOCK"; }
print_registry() { echo "export ORLOP_REGISTRY=127.0.0.1:$(cat "$DIR/registry.port")"; }

# await PROGRAM PID TEST: until TEST holds; shows the end of the log if PROGRAM dies or takes 60 s.
await() {
  tries=0
  until $3; do
    tries=$((tries + 1))
    if ! kill -0 "$2" 2>/dev/null || [ $tries -gt 300 ]; then
      tail -n 5 "$DIR/$1.log" >&2
      end "$1"
      give_up "$1 did not start"
    fi
    sleep 0.2
  done
}

start_registry() {
  if registry_up; then return; fi
  command -v docker-registry >/dev/null || give_up 'no docker-registry (Debian: docker-registry)'
  port=${ORLOP_REGISTRY_PORT:-$(python3 -c '
import socket
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1])')}
  echo "$port" >"$DIR/registry.port"
  cat >"$DIR/registry.yml" <<Y
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $DIR/registry}, delete: {enabled: true}}
http: {addr: "127.0.0.1:$port"}
Y
  setsid docker-registry serve "$DIR/registry.yml" >"$DIR/docker-registry.log" 2>&1 </dev/null &
  echo $! >"$DIR/docker-registry.pid"
  await docker-registry $! registry_up
}

# remapped_etc: a copy of /etc that knows a user for dockerd to map root to; the machine's stays.
remapped_etc() {
  rm -rf "$DIR/etc"
  cp -a /etc "$DIR/etc"
  echo 'orlop-remap:x:60987:60987::/nonexistent:/bin/false' >>"$DIR/etc/passwd"
  echo 'orlop-remap:x:60987:' >>"$DIR/etc/group"
  for file in subuid subgid; do
    echo 'orlop-remap:600000:9000000' >"$DIR/etc/$file" # the tests have users up to 3 million
  done
}

start_engine() {
  if engine_up; then return; fi
  [ "$(id -u)" = 0 ] || give_up 'a private Engine needs root'
  command -v dockerd >/dev/null || give_up 'no dockerd (Debian: docker.io iptables)'
  grep -q ' /sys/fs/cgroup' /proc/mounts || mount -t cgroup2 none /sys/fs/cgroup ||
    give_up 'no cgroups'
  # `--bridge=none` makes dockerd delete a docker0 that belongs to another Engine of this machine,
  # so beside one we bring a bridge of our own.
  net=none
  if [ -e /sys/class/net/docker0 ]; then
    net=$BRIDGE
    [ -e "/sys/class/net/$BRIDGE" ] || ip link add "$BRIDGE" type bridge
  fi
  rm -f "$SOCK" "$DIR/dockerd.pid"
  # dockerd would wait for the containerd of a daemon that was killed.
  rm -f "$DIR/exec/containerd/containerd.pid"
  echo '{}' >"$DIR/daemon.json" # a machine's own /etc/docker/daemon.json must not count here
  set -- dockerd --config-file "$DIR/daemon.json" --pidfile "$DIR/dockerd.pid" -H "unix://$SOCK" \
    --data-root "$DIR/data" --exec-root "$DIR/exec" \
    --bridge="$net" --iptables=false --ip-forward=false --ip-masq=false \
    --containerd-namespace "$BRIDGE" --containerd-plugins-namespace "$BRIDGE-plugins"
  if [ -n "${ORLOP_ENGINE_REMAP:-}" ]; then
    remapped_etc
    # shellcheck disable=SC2016 # the inner shell expands
    set -- unshare --mount --propagation private sh -ec 'mount --bind "$0" /etc; exec "$@"' \
      "$DIR/etc" "$@" --userns-remap=orlop-remap
  fi
  setsid "$@" >"$DIR/dockerd.log" 2>&1 </dev/null &
  await dockerd $! engine_up
}

# end PROGRAM: TERM, and KILL if that does not do within 30 s.
end() {
  pid=$(pid_of "$1") || return 0
  kill "$pid"
  tries=0
  while pid_of "$1" >/dev/null && [ $tries -lt 150 ]; do
    tries=$((tries + 1))
    sleep 0.2
  done
  if pid_of "$1" >/dev/null; then kill -9 "$pid"; fi
}

stop() {
  end docker-registry
  end dockerd
  if [ -e "/sys/class/net/$BRIDGE" ]; then ip link del "$BRIDGE"; fi
  awk -v dir="$DIR/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r |
    while read -r mounted; do umount -l "$mounted"; done
  rm -rf "$DIR"
}

case "${1:-} ${2:-}" in
  'start ' | 'start registry')
    [ ${#SOCK} -le 107 ] || give_up "the path $SOCK is too long for a socket"
    mkdir -p "$DIR"
    if [ -z "${2:-}" ]; then
      start_engine
      print_engine
    fi
    start_registry
    print_registry
    ;;
  'status ')
    engine_up && print_engine && registry_up && print_registry
    ;;
  'stop ') stop ;;
  *)
    say 'usage: engine.sh start [registry] | status | stop'
    exit 2
    ;;
esac
