import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { docker } from "./docker";
import { runProgram } from "./program";

/** Label of the containers in which files are tried. */
const label = "ha-registry-test=consumers";

/** What a consumer said of the files it was given, by name: `ok`, or why not. */
export type Verdicts = ReadonlyMap<string, string>;

/**
 * Tries files in a container of their consumer's image, without network.
 *
 * @param image Reference of the image.
 * @param files Content by path below /work.
 * @param script Shell script, run in /work; each line `<name> <verdict>` that it prints is a verdict.
 * @param program A static program of another image, whose image has no shell: it is put into /work. @default none
 */
export async function tryFiles(
  image: string,
  files: Readonly<Record<string, string>>,
  script: string,
  program?: { image: string; path: string },
): Promise<Verdicts> {
  const directory = await mkdtemp(path.join(os.tmpdir(), "consumers-"));
  let container: string | undefined;
  try {
    for (const [name, content] of Object.entries({ ...files, "run.sh": script })) {
      await mkdir(path.dirname(path.join(directory, name)), { recursive: true });
      await writeFile(path.join(directory, name), content);
    }
    if (program !== undefined) await takeProgram(program, directory);
    const options = ["--label", label, "--network", "none", "--user", "0", "--workdir", "/work", "--entrypoint", "sh"];
    container = (await docker.command("create", ...options, image, "/work/run.sh")).trim();
    await docker.command("cp", `${directory}/.`, `${container}:/work`);
    const { stdout } = await runProgram("docker", ["start", "--attach", container], { seconds: 600 });
    return new Map(stdout.split("\n").flatMap(verdict));
  } finally {
    if (container !== undefined) await docker.command("rm", "--force", "--volumes", container);
    await rm(directory, { recursive: true, force: true });
  }
}

async function takeProgram({ image, path: program }: { image: string; path: string }, directory: string): Promise<void> {
  const container = (await docker.command("create", "--label", label, "--network", "none", image)).trim();
  try {
    await docker.command("cp", `${container}:${program}`, directory);
  } finally {
    await docker.command("rm", "--volumes", container);
  }
}

function verdict(line: string): [string, string][] {
  const [, name, text] = /^(\S+) (.*)$/.exec(line) ?? [];
  return name === undefined || text === undefined ? [] : [[name, text]];
}

/** haproxy.cfg: checked by HAProxy, which counts a warning as a failure. */
export const haproxyScript = `
export HA_REGISTRY_STATISTICS_PORT=8404
for file in *.cfg; do
  if haproxy -c -dW -f "$file" > out 2>&1; then echo "$file ok"; else echo "$file refused: $(tr '\\n' ' ' < out)"; fi
done
exit 0
`;

/** keepalived.conf: checked by keepalived, which exits with a failure for what it warns of. The container has no interface but lo. */
export const keepalivedScript = `
for file in *.keepalived; do
  if keepalived --vrrp --config-test --log-console --use-file "$file" > out 2>&1 && ! grep -q . out
  then echo "$file ok"; else echo "$file refused: $(tr '\\n' ' ' < out)"; fi
done
exit 0
`;

/** What forwards the audit log: checked by syslog-ng. */
export const syslogNgScript = `
for file in *.conf; do
  if syslog-ng --syntax-only --no-caps --cfgfile "$file" > out 2>&1 && ! grep -q . out; then echo "$file ok"; else echo "$file refused: $(tr '\\n' ' ' < out)"; fi
done
exit 0
`;

/**
 * config.yml: the registry is started with it, and has to answer. What is secret must appear neither in its log nor on its debug port
 * (\`hush\`); headers of event receivers do appear there, so only their absence in the log is asked for (\`told\`). The registry of
 * upstream.yaml plays the upstream of pull-through caches, which is asked at start.
 */
export const registryScript = `
mkdir -p /var/lib/registry
registry serve upstream.yaml > /dev/null 2>&1 &
for i in $(seq 1 60); do wget -q -O /dev/null http://127.0.0.1:5999/ && break; sleep 1; done
for file in *.yml; do
  OTEL_TRACES_EXPORTER=none registry serve "$file" > log 2>&1 &
  process=$!
  result="refused: does not answer"
  for i in $(seq 1 300); do
    if wget -q -O /dev/null http://127.0.0.1:5000/ 2> /dev/null; then result=ok; break; fi
    kill -0 $process 2> /dev/null || break
    sleep 0.2
  done
  if [ "$result" = ok ]; then
    wget -q -O vars http://127.0.0.1:5001/debug/vars || result="refused: no debug port"
    grep -q hush vars && result="refused: tells secrets on its debug port"
    grep -q -e hush -e told log && result="refused: writes secrets to its log"
  else
    result="refused: $(grep -e error -e panic log | head -n 2 | tr '\\n' ' ' | cut -c 1-800)"
  fi
  echo "$file $result"
  kill -9 $process 2> /dev/null
  wait $process 2> /dev/null
done
exit 0
`;

/** What go-redis sends for the registry, and what Redis answers. */
const redisDialogue: readonly [command: string, answer: string][] = [
  ["hello 2", "server"],
  ["sadd repository::a/b::blobs sha256:x", "1"],
  ["sismember repository::a/b::blobs sha256:x", "1"],
  ["hmset blobs::sha256:x digest sha256:x size 7", "OK"],
  ["hsetnx blobs::sha256:x mediatype t", "1"],
  ["hmget blobs::sha256:x digest size mediatype", "sha256:x 7 t"],
  ["hset repository::a/b::blobs::sha256:x mediatype t", "1"],
  ["hget repository::a/b::blobs::sha256:x mediatype", "t"],
  ["multi", "OK"],
  ["srem repository::a/b::blobs sha256:x", "QUEUED"],
  ["del repository::a/b::blobs::sha256:x", "QUEUED"],
  ["hdel blobs::sha256:x digest size mediatype", "QUEUED"],
  ["exec", "1 1 3"],
];

/** Commands that the registry never sends, and keys that are not its own. */
const redisForbidden = [
  "sadd other x",
  "hget repositories x",
  "get repository::a",
  "keys *",
  "scan 0",
  "config get *",
  "flushall",
  "eval return 0",
  "script flush",
  "acl list",
  "module list",
  "shutdown nosave",
  "info",
  "client list",
  "subscribe x",
  "replicaof 127.0.0.1 1",
];

/** redis.conf: the server is started with it, and has to take every command of the registry's, and no other, from the registry's user. */
export const redisScript = `
cli() { REDISCLI_AUTH=cache redis-cli --no-auth-warning --tls --insecure --user registry "$@" 2>&1; }
cat > allowed <<'END'
${redisDialogue.map(([command]) => command).join("\n")}
END
cat > forbidden <<'END'
${redisForbidden.join("\n")}
END
for file in *.conf; do
  redis-server "$file" > log 2>&1 &
  process=$!
  result="refused: does not answer"
  for i in $(seq 1 600); do
    if [ "$(cli ping)" = PONG ]; then result=ok; break; fi
    kill -0 $process 2> /dev/null || break
    sleep 0.1
  done
  if [ "$result" = ok ]; then
    answers=$(cli < allowed | grep -v '^$' | tr '\\n' ' ')
    case "$answers" in "${redisDialogue[0]?.[1] ?? ""} "*" ${redisDialogue
      .slice(1)
      .map(([, answer]) => answer)
      .join(" ")} ") ;; *) result="refused: answers $answers" ;; esac
    refusals=$(cli < forbidden | grep -c '^NOPERM')
    [ "$refusals" = ${redisForbidden.length} ] || result="refused: lets $((${redisForbidden.length} - refusals)) forbidden commands pass"
    redis-cli --tls --insecure ping 2>&1 | grep -q NOAUTH || result="refused: answers without a password"
    redis-cli ping 2>&1 | grep -q -e PONG -e NOAUTH && result="refused: answers without TLS"
  else
    result="refused: $(tail -n 3 log | tr '\\n' ' ')"
  fi
  echo "$file $result"
  kill -9 $process 2> /dev/null
  wait $process 2> /dev/null
done
exit 0
`;

/** Passwords of the configurations that {@link replicationScript} tries. */
export const replicationPasswords = {
  registry: "registry-password-1",
  replica: "replica-password-12",
  sentinel: "sentinel-password-1",
  control: "control-password-12",
};

/** What each user must not do, of what another user, or nobody, may: at a server, and at a sentinel. */
const replicationForbidden: Readonly<Record<"server" | "sentinel", readonly [user: string, command: string][]>> = {
  server: [
    ["registry", "role"],
    ["registry", "replconf ack 1"],
    ["registry", "replicaof no one"],
    ["replica", "hget blobs::x digest"],
    ["replica", "config rewrite"],
    ["sentinel", "config get requirepass"],
    ["sentinel", "config set requirepass x"],
    ["sentinel", "flushall"],
    ["sentinel", "hget blobs::x digest"],
    ["sentinel", "publish other x"],
    ["sentinel", "client list"],
    ["control", "replicaof no one"],
    ["control", "client kill type normal"],
    ["control", "config rewrite"],
  ],
  sentinel: [
    ["registry", "sentinel failover demo"],
    ["registry", "sentinel set demo quorum 1"],
    ["registry", "sentinel remove demo"],
    ["registry", "sentinel master demo"],
    ["registry", "publish __sentinel__:hello x"],
    ["registry", "psubscribe *"],
    ["sentinel", "sentinel failover demo"],
    ["sentinel", "sentinel reset demo"],
    ["sentinel", "sentinel config get *"],
    ["control", "sentinel set demo quorum 1"],
    ["control", "sentinel monitor other 127.0.0.1 1 1"],
    ["control", "shutdown"],
  ],
};

/**
 * redis.conf and sentinel.conf of one registry: a primary, a replica of it on another port, and a sentinel are started with them, all on the
 * loopback. The replica has to get what the registry writes to the primary, and the sentinel has to be content with the primary.
 */
export const replicationScript = `
cli() { user=$1; port=$2; shift 2; printf 'AUTH %s %s-password-1%s\\n%s\\n' $user $user "$(case $user in replica | control) echo 2 ;; esac)" "$*" | redis-cli --tls --insecure -p $port 2>&1 | tail -n +2; }
cat > server-forbidden <<'END'
${replicationForbidden.server.map((words) => words.join(" ")).join("\n")}
END
cat > sentinel-forbidden <<'END'
${replicationForbidden.sentinel.map((words) => words.join(" ")).join("\n")}
END
refusals() { while read -r user command; do cli $user $1 "$command"; done < $2 | grep -c '^NOPERM'; }
mkdir -p /data
for file in *.conf; do
  name=\${file%.conf}
  cp $name.sentinel own.sentinel
  { sed 's/^tls-port .*/tls-port 6380/' $file; echo "replicaof 127.0.0.1 6379"; } > replica
  redis-server $file > log 2>&1 & primary=$!
  redis-server replica > log-replica 2>&1 & replica=$!
  redis-server own.sentinel --sentinel > log-sentinel 2>&1 & sentinel=$!
  result="refused: the replica does not follow"
  for i in $(seq 1 100); do
    kill -0 $sentinel 2> /dev/null || break
    if cli control 6380 role | grep -q '^connected$' && [ "$(cli registry 6379 sadd repository::a::blobs x)" = 1 ]; then result=ok; break; fi
    sleep 0.1
  done
  if [ "$result" = ok ]; then
    for i in $(seq 1 50); do
      found=$(cli registry 6380 sismember repository::a::blobs x)
      [ "$found" = 1 ] && break
      sleep 0.1
    done
    [ "$found" = 1 ] || result="refused: the replica says $found of what the primary has"
    [ "$(cli registry 26379 sentinel get-master-addr-by-name demo | tr '\\n' ' ')" = "127.0.0.1 6379 " ] || result="refused: the sentinel does not name the primary"
    cli registry 26379 sentinel sentinels demo | grep -q '^runid$' || result="refused: the sentinel knows no other"
    for i in $(seq 1 50); do
      flags=$(cli control 26379 sentinel master demo | grep -A 1 '^flags$' | tail -n 1)
      [ "$flags" = master ] && break
      sleep 0.1
    done
    [ "$flags" = master ] || result="refused: the sentinel holds the primary for $flags"
    [ "$(refusals 6379 server-forbidden)" = ${replicationForbidden.server.length} ] || result="refused: a server lets forbidden commands pass"
    [ "$(refusals 26379 sentinel-forbidden)" = ${replicationForbidden.sentinel.length} ] || result="refused: a sentinel lets forbidden commands pass"
    redis-cli --tls --insecure -p 26379 ping 2>&1 | grep -q NOAUTH || result="refused: a sentinel answers without a password"
    redis-cli -p 26379 ping 2>&1 | grep -q -e PONG -e NOAUTH && result="refused: a sentinel answers without TLS"
  fi
  [ "$result" = ok ] || result="$result; $(tail -n 3 log-sentinel | tr '\\n' ' ')"
  echo "$name.sentinel $result"
  kill -9 $primary $replica $sentinel 2> /dev/null
  wait 2> /dev/null
done
exit 0
`;

/**
 * garage.toml: a node is started with it, and has to open its S3 port on the address that its phase wants: 3900 is 0F3C in /proc/net/tcp.
 * Its directories are in /work, since those of the file are volumes.
 */
export const garageScript = `
chmod 600 rpc-secret metrics-token
for file in *.toml; do
  mkdir -p store/meta store/data
  sed "s|/var/lib/garage/|/work/store/|" "$file" > tried
  ./garage -c tried server > log 2>&1 &
  process=$!
  result="refused: opens no port"
  for i in $(seq 1 100); do
    address=$(sed -n 's/^ *[0-9]*: \\([0-9A-F]*\\):0F3C .*/\\1/p' /proc/net/tcp | head -n 1)
    if [ -n "$address" ]; then
      case "$file $address" in *joining*0100007F | *serving*00000000) result=ok ;; *) result="refused: open on $address" ;; esac
      break
    fi
    kill -0 $process 2> /dev/null || { result="refused: $(tail -n 3 log | tr '\\n' ' ')"; break; }
    sleep 0.1
  done
  echo "$file $result"
  kill -9 $process 2> /dev/null
  wait $process 2> /dev/null
  rm -rf store
done
exit 0
`;
