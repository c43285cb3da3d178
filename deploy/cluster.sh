#!/usr/bin/env bash
# A cluster on this machine without containers: PostgreSQL, Redis, three aihio nodes and HAProxy, as real processes on
# free loopback ports, with their data in a temporary folder. Ctrl-C ends all of it and throws the data away.
#
#   deploy/cluster.sh          start it and stay (the same as `make cluster`)
#   deploy/cluster.sh roll     in another terminal: restart the nodes, one after the other
#
#   REDIS=single|cluster       one server (the default), or a cluster of three masters
#   CLUSTER=true|false         whether the nodes share the conversations (`cluster.enabled`, the default)
#   PAUSE=5                    seconds between two restarts of `roll`
#   AIHIO_SERVER=path          a built server; otherwise it is built
#
# Settings of the environment (AIHIO__…) reach the nodes.
set -euo pipefail
cd "$(dirname "$0")/.."

NODES=(1 2 3)
REDIS=${REDIS:-single}
CLUSTER=${CLUSTER:-true}
PAUSE=${PAUSE:-5}
folder=${TMPDIR:-/tmp}/aihio-cluster-$(id -u)
postgres_user=()
postgres_bin=

say() { printf '== %s\n' "$*"; }
fail() { say "$*" >&2; exit 1; }

find_postgres() {
	postgres_bin=$(find /usr/lib/postgresql/*/bin -name initdb -printf '%h\n' 2>/dev/null | sort -V | tail -n 1)
	[ -n "$postgres_bin" ] || postgres_bin=$(dirname "$(command -v initdb)" 2>/dev/null) || return 1
	[ -x "$postgres_bin/initdb" ]
}

install_missing() {
	local missing=() root=()
	find_postgres || missing+=(postgresql)
	command -v redis-server >/dev/null || missing+=(redis-server)
	command -v haproxy >/dev/null || missing+=(haproxy)
	command -v curl >/dev/null || missing+=(curl)
	[ ${#missing[@]} -gt 0 ] || return 0
	command -v apt-get >/dev/null || fail "missing: ${missing[*]}. Install them and repeat."
	[ "$(id -u)" = 0 ] || root=(sudo --preserve-env=DEBIAN_FRONTEND)
	say "installing ${missing[*]} through apt"
	export DEBIAN_FRONTEND=noninteractive
	"${root[@]}" apt-get -q update || true
	"${root[@]}" apt-get -qq -o DPkg::Lock::Timeout=300 install --yes --no-install-recommends "${missing[@]}"
	find_postgres || fail "PostgreSQL can't be found after its installation."
}

find_server() {
	server=${AIHIO_SERVER:-}
	if [ -z "$server" ]; then
		say "building aihio"
		cargo build --locked --quiet --bin aihio
		server=${CARGO_TARGET_DIR:-target}/debug/aihio
	fi
	server=$(realpath "$server")
}

taken=" "

# Sets `port` to one that nobody listens on, below those that the system gives to clients.
free_port() {
	while :; do
		port=$((20000 + RANDOM % 12000))
		case $taken in *" $port "*) continue ;; esac
		if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
			taken+="$port "
			return
		fi
	done
}

# begin NAME COMMAND...: runs it in the background, with its log and its id in the folder.
begin() {
	local name=$1
	shift
	"$@" >>"$folder/$name.log" 2>&1 9>&- &
	echo $! >"$folder/$name.pid"
	disown
}

# A process of this cluster that still runs, and not another one that was given its id since.
pid_of() {
	local pid
	pid=$(cat "$folder/$1.pid" 2>/dev/null) || return 1
	[ -d "/proc/$pid" ] || return 1
	case $(readlink "/proc/$pid/cwd") in "$folder"*) echo "$pid" && return ;; esac
	grep -qsF "$folder" "/proc/$pid/environ" "/proc/$pid/cmdline" && echo "$pid"
}

# end NAME SIGNAL SECONDS: asks it to end, waits, and ends it the hard way when it does not.
end() {
	local pid waited=0
	pid=$(pid_of "$1") || return 0
	kill -s "$2" "$pid" 2>/dev/null || return 0
	while [ -d "/proc/$pid" ] && ! grep -qs '^State:.Z' "/proc/$pid/status"; do
		sleep 0.1
		waited=$((waited + 1))
		if [ "$waited" -gt $(($3 * 10)) ]; then
			say "$1 has not ended within $3 s and is killed"
			kill -s KILL "$pid" 2>/dev/null || true
			return 1
		fi
	done
}

# await NAME WHAT COMMAND...: repeats a command until it succeeds, as long as the process lives.
await() {
	local name=$1 what=$2 tries=0
	shift 2
	until "$@" >/dev/null 2>&1; do
		pid_of "$name" >/dev/null || { tail -n 20 "$folder/$name.log" >&2; fail "$name has ended before $what"; }
		tries=$((tries + 1))
		[ "$tries" -lt 600 ] || fail "waited in vain for $what; see $folder/$name.log"
		sleep 0.1
	done
}

start_postgres() {
	local data=$folder/postgres
	mkdir "$data"
	if [ "$(id -u)" = 0 ]; then
		# PostgreSQL refuses to be run by root.
		postgres_user=(setpriv --reuid=postgres --regid=postgres --clear-groups)
		chown postgres "$data"
		chmod 755 "$folder"
	fi
	free_port
	(cd / && "${postgres_user[@]}" "$postgres_bin/initdb" -A trust -U postgres --no-sync -D "$data/data") \
		>"$folder/initdb.log"
	begin postgres "${postgres_user[@]}" "$postgres_bin/postgres" -D "$data/data" -p "$port" -k "$data" \
		-c listen_addresses=127.0.0.1 -c max_connections=200
	await postgres "PostgreSQL" "$postgres_bin/pg_isready" -q -h 127.0.0.1 -p "$port"
	"$postgres_bin/createdb" -h 127.0.0.1 -p "$port" -U postgres aihio
	database_url=postgres://postgres@127.0.0.1:$port/aihio
}

# start_redis NAME OPTIONS...: one server on `port`, which keeps nothing on disk.
start_redis() {
	local name=$1
	shift
	mkdir "$folder/$name"
	begin "$name" redis-server --bind 127.0.0.1 --port "$port" --dir "$folder/$name" --save '' --appendonly no "$@"
	await "$name" "Redis" redis-cli -h 127.0.0.1 -p "$port" ping
}

start_redis_cluster() {
	local number members=() first
	for number in 1 2 3; do
		free_port
		local bus=$port
		free_port
		start_redis "redis-$number" --cluster-enabled yes --cluster-port "$bus" --cluster-node-timeout 2000
		members+=("127.0.0.1:$port")
	done
	redis-cli --cluster create "${members[@]}" --cluster-yes >"$folder/redis-cluster.log"
	first=${members[0]##*:}
	await redis-1 "the slots of Redis Cluster" \
		bash -c "redis-cli -h 127.0.0.1 -p $first cluster info | grep -q cluster_state:ok"
	redis_url=redis://${members[0]}
}

start_node() {
	local number=$1
	local address
	address=$(cat "$folder/node-$number.address")
	AIHIO__HTTP__BIND=$address begin "node-$number" "$server" serve
	await "node-$number" "node $number" curl -fsS --noproxy '*' -o /dev/null "http://$address/readyz"
}

start_proxy() {
	local number
	for number in "${NODES[@]}"; do
		export "NODE_$number=$(cat "$folder/node-$number.address")"
	done
	export PROXY_BIND=$proxy
	haproxy -q -c -f deploy/haproxy.cfg
	begin haproxy haproxy -db -f deploy/haproxy.cfg
	await haproxy "HAProxy" curl -fsS --noproxy '*' -o /dev/null "http://$proxy/readyz"
}

# What all nodes have in common, also after they were restarted from another terminal. What the environment sets wins.
settings() {
	local default name
	for default in \
		DATA_DIR="$folder/data" HTTP__PUBLIC_URL="http://$proxy" HTTP__TRUSTED_PROXIES=127.0.0.1 \
		HTTP__DRAIN_NOTICE_SECONDS=3 DATABASE__URL="$database_url" REDIS__URL="$redis_url" \
		OWNER__EMAIL=owner@localhost OWNER__PASSWORD="a password for this machine"; do
		printf 'export AIHIO__%s=%q\n' "${default%%=*}" "${default#*=}"
	done
	for name in $(compgen -A export AIHIO__); do printf 'export %s=%q\n' "$name" "${!name}"; done
	[ "$CLUSTER" = false ] || echo "export AIHIO__CLUSTER__ENABLED=$CLUSTER"
	printf 'server=%q\n' "$server"
}

stop_all() {
	trap - EXIT INT TERM HUP
	local number name pid
	say "stopping"
	end haproxy TERM 5 || true
	for number in "${NODES[@]}"; do
		if pid=$(pid_of "node-$number"); then kill -s INT "$pid" || true; fi
	done
	# Nobody is left to be told, so a second signal ends the nodes at once.
	sleep 0.5
	for number in "${NODES[@]}"; do end "node-$number" INT 10 || true; done
	for name in redis redis-1 redis-2 redis-3; do end "$name" TERM 5 || true; done
	end postgres INT 10 || true
	rm -rf "$folder"
}

up() {
	case $REDIS in single | cluster) ;; *) fail "REDIS is single or cluster" ;; esac
	install_missing
	find_server
	exec 9>"$folder.lock"
	flock -n 9 || fail "it runs already, in $folder"
	# What an earlier one left that was killed.
	[ ! -d "$folder" ] || stop_all
	mkdir -p "$folder"
	trap stop_all EXIT
	trap 'exit 130' INT TERM HUP
	start_postgres
	case $REDIS in
	single) free_port; start_redis redis; redis_url=redis://127.0.0.1:$port/0 ;;
	cluster) start_redis_cluster ;;
	esac
	local number
	for number in "${NODES[@]}"; do
		free_port
		echo "127.0.0.1:$port" >"$folder/node-$number.address"
	done
	free_port
	proxy=127.0.0.1:$port
	settings >"$folder/settings"
	# shellcheck disable=SC1091
	. "$folder/settings"
	for number in "${NODES[@]}"; do start_node "$number"; done
	start_proxy
	tell
	while sleep 1; do
		for number in "${NODES[@]}"; do
			[ -e "$folder/node-$number.restarting" ] || pid_of "node-$number" >/dev/null ||
				fail "node $number has ended; see its log above"
		done
	done
}

tell() {
	local number
	say "dashboard and sockets  http://$proxy   sign in: $AIHIO__OWNER__EMAIL / $AIHIO__OWNER__PASSWORD"
	for number in "${NODES[@]}"; do
		say "node $number                 http://$(cat "$folder/node-$number.address")   $folder/node-$number.log"
	done
	say "PostgreSQL             $database_url"
	say "Redis                  $redis_url"
	say "Restart one node after the other: deploy/cluster.sh roll     Stop all: Ctrl-C"
}

roll() {
	[ -e "$folder/settings" ] || fail "nothing runs: start it with \`make cluster\`"
	# shellcheck disable=SC1091
	. "$folder/settings"
	local number
	for number in "${NODES[@]}"; do
		say "node $number is restarted"
		touch "$folder/node-$number.restarting"
		end "node-$number" TERM 30 || fail "node $number did not end in time"
		start_node "$number"
		rm "$folder/node-$number.restarting"
		# The proxy has seen it by then, and those who lost their sockets are back: the next one may go.
		sleep "$PAUSE"
	done
}

case ${1:-up} in
up) up ;;
roll) roll ;;
*) fail "known are: up, roll" ;;
esac
