import { ports } from "../layout";
import { balancersOn } from "../placement";
import type { GarageNodeTopology, Topology } from "../topology";
import type { GarageMember } from "../topology-common";
import { answerAgent, drainNoticeSeconds } from "./agent";
import { containerPlace, garageMetadataDirectory, GaragePhase, garageRegion } from "./garage";
import type { GaragePeer, GaragePlace } from "./garage";

/** Days after which parts of an upload that nobody finished are removed. */
export const abandonedUploadDays = 7;

/** Where the shell of a Garage node's container lies: its image has none. */
export const garageShellDirectory = "/lib";

/** Small tools that the scripts of a Garage node use. */
const tools = [
  "sh",
  "base64",
  "cat",
  "cmp",
  "cp",
  "date",
  "grep",
  "mkdir",
  "mv",
  "nc",
  "od",
  "rm",
  "sed",
  "sleep",
  "tail",
  "timeout",
  "tr",
  "wget",
];

/**
 * The shell script that prepares the volumes of a Garage node, run once in the registry's image: the volumes get their owner, and the
 * shell that Garage's image lacks is copied beside it, with its loader where it has one.
 *
 * @param owner Number of the user and group of the node's process.
 * @param shell Where the volume of the shell is mounted.
 */
export function renderGarageVolumesScript(owner: number, shell: string, directories: readonly string[]): string {
  return `${renderGarageShellScript(shell)}for directory in ${directories.join(" ")}; do
  # Something in it keeps a volume from being empty: Docker gives an empty one the owner that the image's directory has.
  mkdir -p $directory/.volume
  chown ${owner}:${owner} $directory $directory/.volume
done
`;
}

/**
 * The part of it that copies the shell.
 *
 * @param shell Where the volume of the shell is mounted.
 */
export function renderGarageShellScript(shell: string): string {
  return `set -e
# A program that runs cannot be written to; it can be replaced.
for program in /bin/busybox /lib/ld-musl-*.so.1; do
  [ -e "$program" ] || continue
  cp -L "$program" ${shell}/part
  mv ${shell}/part ${shell}/\${program##*/}
done
for tool in ${tools.join(" ")}; do ln -sf busybox ${shell}/$tool; done
`;
}

/**
 * The shell script that is a Garage node's first process, and its health check.
 *
 * \`serve <garage.toml> <garage.toml while it joins> <access key> <node key>\` brings a node into its cluster without hands, however
 * often it is run: it installs the node's key, takes its place in the layout, and the last node, once it sees all others, makes the
 * layout, the access key and the bucket. Only then is the port of S3 opened.
 *
 * Whether the node itself knows key and bucket is asked at its own S3 port, without a signature: requests are answered from the node's
 * own tables there, while Garage's administration asks a majority of nodes.
 *
 * A node that is to stop first tells the balancers, which ask an agent port (HAProxy's agent-check), and waits until they have no request here.
 *
 * \`healthy\` fails unless the node serves. Before there is a cluster, every node but the last is healthy as soon as it answers: the
 * last one is started when the others are healthy.
 *
 * @throws {TypeError} when the topology has no Garage.
 */
export function renderGarageScript(topology: Topology, node: GarageNodeTopology, peers: readonly GaragePeer[]): string {
  const { garage } = topology.objectStore;
  if (garage === undefined) throw new TypeError("the topology has no Garage");
  return garageScript({
    node,
    peers,
    count: garage.nodes.length,
    bucket: garage.bucket,
    drainSeconds: topology.node.drainSeconds,
    clients: balancersOn(topology, node.host).map(({ address }) => address),
    place: containerPlace(node),
  });
}

/** What the script of a Garage node is made of, on whatever substrate. */
export interface GarageScriptArgs {
  /** The node. */
  node: GarageMember;
  /** The others. */
  peers: readonly GaragePeer[];
  /** How many there are, itself counted. */
  count: number;
  /** The bucket. */
  bucket: string;
  /** Longest transfer that may finish on a node that is to stop, seconds. */
  drainSeconds: number;
  /** Addresses from which S3 is asked. */
  clients: readonly string[];
  /** Where it is reached. */
  place: GaragePlace;
  /** What is done besides where its address changes with every start. @default - it stays, and the last node is started when the others are healthy */
  moving?: GarageMoves;
}

/** Lines of the script of a node whose address changes with every start; all nodes are started at once. */
export interface GarageMoves {
  /** Before all, with the paths of the configurations in `$serving` and `$joining`. */
  first: string;
  /** When others were told the new address. */
  introduced: string;
  /** When Garage has ended. */
  ended: string;
}

/** The script itself. */
export function garageScript({ node, peers, count, bucket, drainSeconds, clients, place, moving }: GarageScriptArgs): string {
  const last = node.number === count;
  const addresses = peers.map(({ id, address }) => `${id}@${address}`);
  const json = (value: unknown): string => JSON.stringify(value);
  return `#!/bin/sh
state=/tmp/state
agent=/tmp/agent
meta=${garageMetadataDirectory}
name=${node.name}
bucket=${bucket}
last=${last ? "yes" : "no"}
nodes=${count}
peers="${peers.map(({ id }) => id).join(" ")}"

if [ "$1" = healthy ]; then
  case "$(cat $state)" in
    serving) exec wget -q -O /dev/null http://127.0.0.1:${ports.garageAdmin}/health ;;
${moving === undefined ? "    forming) [ $last = no ]; exit ;;\n" : ""}    *) exit 1 ;;
  esac
fi

serving=$2 joining=$3 access_key=$4 node_key=$5
${moving?.first ?? ""}key=$(sed -n 's/.*"accessKeyId":"\\([^"]*\\)".*/\\1/p' "$access_key")
echo starting > $state

say() { echo "$name: $*" >&2; }

# The others know a node by its key. One that has another key belonged to a cluster whose secrets were lost: it forgets that cluster, not its data.
umask 077
base64 -d "$node_key" > /tmp/node_key
if ! cmp -s /tmp/node_key $meta/node_key; then
  if [ -e $meta/node_key ]; then say "taking a new identity"; fi
  rm -f $meta/ready $meta/cluster_layout $meta/peer_list
  tail -c 32 /tmp/node_key > $meta/node_key.pub
  cp /tmp/node_key $meta/node_key.part
  mv $meta/node_key.part $meta/node_key
fi
umask 022
id=$(od -An -v -tx1 $meta/node_key.pub | tr -d ' \\n')

start() { /garage -c "$1" server & garage=$!; }

# One call of Garage's administration, by its RPC; the payload comes on standard input.
api() { /garage -c "$joining" -h "$id@127.0.0.1:${ports.garageRpc}" json-api "$1" - 2> /tmp/error; }

# One request to the own S3 port, without a valid signature. The pause keeps the connection open until the answer is there.
s3() { { printf '%b' "$1"; sleep 1; } | nc ${place.s3[GaragePhase.Joining]} ${ports.garageS3} 2> /dev/null; }

connect() { echo '${json(addresses)}' | api ConnectClusterNodes > /dev/null; }

# The others look for a node that was away every 30 seconds. Until they have found it, the death of another one would cost the majority, so they are told.
introduce() {
  until echo null | api GetClusterHealth > /dev/null; do
    [ $stopped = no ] && kill -0 "$garage" 2> /dev/null || return
    sleep 0.2
  done
  calls=
  for peer in ${addresses.join(" ")}; do
    echo "[\"$id@${place.rpc}\"]" | timeout 3 /garage -c "$joining" -h "$peer" json-api ConnectClusterNodes - > /dev/null 2>&1 &
    calls="$calls $!"
  done
  wait $calls
}

layout_version() { sed -n 's/^  "version": \\([0-9]*\\),*$/\\1/p' /tmp/layout; }

# Asks for the node's place in the layout; /tmp/layout is the layout then, with what is not applied yet.
ask_for_place() {
  printf '{"roles":[{"id":"%s","zone":"${node.zone}","capacity":${node.capacityBytes},"tags":["%s"]}]}' $id $name |
    api UpdateClusterLayout > /tmp/layout
}

apply_layout() {
  say "applying layout $(($(layout_version) + 1))"
  printf '{"version":%s}' $(($(layout_version) + 1)) | api ApplyClusterLayout > /dev/null
}

# Nodes of the layout that the registry does not have any more: what they keep goes to the others.
dismiss() {
  for other in $(sed -n 's/^      "id": "\\([0-9a-f]*\\)",$/\\1/p' /tmp/layout); do
    case " $id $peers " in *" $other "*) continue ;; esac
    printf '{"roles":[{"id":"%s","remove":true}]}' $other | api UpdateClusterLayout > /tmp/layout || return 1
  done
}

# In a cluster that is there already.
take_place() {
  ask_for_place && dismiss || return 1
  grep -q '"stagedRoleChanges": \\[\\]' /tmp/layout || apply_layout
}

# A dismissed node that is gone never says that it has handed on what it kept. Once all nodes have all that the layout gives them, nobody waits for it.
conclude() {
  echo null | api GetClusterLayoutHistory | tr -d ' \\n' > /tmp/history
  grep -q '"Draining"' /tmp/history || return 0
  version=$(sed -n 's/^{"currentVersion":\\([0-9]*\\),.*/\\1/p' /tmp/history)
  for each in $id $peers; do grep -q "\\"$each\\":{\\"ack\\":$version,\\"sync\\":$version," /tmp/history || return 0; done
  printf '{"version":%s,"allowMissingData":true}' $version | api ClusterLayoutSkipDeadNodes > /dev/null
}

# The last node makes the first layout, when all nodes have asked for their places.
form() {
  echo forming > $state
  ask_for_place || return 1
  [ $last = yes ] || return 1
  connect
  [ "$(grep -c '^      "id": ' /tmp/layout)" = $nodes ] && apply_layout
}

# Key and bucket. The bucket gets its name last: a node that knows the name was told all the rest before.
make_bucket() {
  printf '{"id":"%s"}' "$key" | api GetKeyInfo > /dev/null || api ImportKey < "$access_key" > /dev/null || return 1
  if printf '{"globalAlias":"%s"}' $bucket | api GetBucketInfo > /tmp/bucket; then named=yes; else
    grep -q NoSuchBucket /tmp/error || return 1
    named=no
    echo '{}' | api CreateBucket > /tmp/bucket || return 1
  fi
  bucket_id=$(sed -n 's/^  "id": "\\(.*\\)",*$/\\1/p' /tmp/bucket)
  printf '{"bucketId":"%s","accessKeyId":"%s","permissions":{"read":true,"write":true,"owner":false}}' $bucket_id "$key" |
    api AllowBucketKey > /dev/null || return 1
  printf '{"id":"%s","body":{"lifecycleRules":[${json(abandonedUploads).replaceAll("%", "%%")}]}}' $bucket_id |
    api UpdateBucket > /dev/null || return 1
  [ $named = yes ] || printf '{"bucketId":"%s","globalAlias":"%s"}' $bucket_id $bucket | api AddBucketAlias > /dev/null
}

# A node without tables answers others, too, as one of a majority. So it serves when all nodes are there and have compared their tables.
caught_up() {
  if ! [ -e /tmp/comparing ]; then
    echo '{"node":"*","body":{"repairType":"tables"}}' | api LaunchRepairOperation > /tmp/repair || return 1
    if grep -q '"error": {}' /tmp/repair; then : > /tmp/comparing; fi
    return 1
  fi
  echo '{"node":"*","body":{}}' | api ListWorkers > /tmp/workers || return 1
  ! sed -n '/ sync",$/,/"queueLength"/p' /tmp/workers | grep -q '"queueLength": [1-9]'
}

knows_bucket() { s3 "OPTIONS /$bucket HTTP/1.1\\r\\nHost: garage\\r\\nConnection: close\\r\\n\\r\\n" | grep -q '^HTTP/1.1 400'; }

knows_key() {
  now=$(date -u +%Y%m%dT%H%M%SZ)
  s3 "GET /$bucket HTTP/1.1\\r\\nHost: garage\\r\\nConnection: close\\r\\nX-Amz-Date: $now\\r\\nX-Amz-Content-Sha256: UNSIGNED-PAYLOAD\\r\\nAuthorization: AWS4-HMAC-SHA256 Credential=$key/\${now%T*}/${garageRegion}/s3/aws4_request, SignedHeaders=host;x-amz-date, Signature=${"0".repeat(64)}\\r\\n\\r\\n" |
    grep -q 'Invalid signature'
}

joined() {
  echo null | api GetClusterLayout > /tmp/layout || return 1
  if [ "$(layout_version)" = 0 ]; then form; return 1; fi
  echo joining > $state
  echo null | api GetClusterHealth > /tmp/health
  grep -q '"healthy"' /tmp/health || { [ -e $meta/ready ] && grep -q '"degraded"' /tmp/health; } || { connect; return 1; }
  take_place || return 1
  [ -e $meta/ready ] || caught_up || return 1
  if [ $last = yes ] || [ -e $meta/ready ]; then make_bucket || return 1; fi
  knows_key && knows_bucket
}

# Garage gives requests under way ten seconds; so it is told only when the balancers have none here any more. Each has a connection of its own.
busy() { grep -Eq '${connectionsFrom(clients)}' /proc/net/tcp; }

stop() {
  say "stopping"
  echo drain > $agent
  sleep ${drainNoticeSeconds}
  end=$(($(date +%s) + ${drainSeconds}))
  while busy && [ "$(date +%s)" -lt "$end" ]; do sleep 0.2; done
  kill -TERM "$garage"
}

# A signal ends the wait, not Garage.
await() {
  while :; do
    wait "$garage"
    status=$?
    kill -0 "$garage" 2> /dev/null || return $status
  done
}

stopped=no
trap 'stopped=yes; stop' TERM INT

if [ "$(cat $meta/ready 2> /dev/null)" != "$bucket $key" ]; then
  say "joining"
  start "$joining"
  until joined; do
    [ $stopped = no ] && kill -0 "$garage" 2> /dev/null || { await; exit; }
    sleep 1
  done
  echo "$bucket $key" > $meta/ready.part
  mv $meta/ready.part $meta/ready
  kill -TERM "$garage"
  await
  [ $stopped = no ] || exit 0
fi

start "$serving"
introduce
${moving?.introduced ?? ""}echo serving > $state
echo "up ready" > $agent
${answerAgent(ports.garageAgent, "$agent")}
answering=$!
say "serving"

# A place that changed, and connections to nodes that were away; Garage itself tries those every 30 to 60 seconds.
{
  until take_place; do sleep 5; done
  looks=0
  while sleep 5; do
    wget -q -O - http://127.0.0.1:${ports.garageAdmin}/health | grep -q 'fully operational' || connect
    looks=$((looks + 1))
    [ $((looks % 12)) -ne 0 ] || conclude # once a minute: it costs a process and a call
  done
} &
keeper=$!
await
kill "$keeper" "$answering"
${moving?.ended ?? ""}exit $status
`;
}

/** An expression for the lines of `/proc/net/tcp` with an open connection (01) of one of `addresses` to the port of S3. */
function connectionsFrom(addresses: readonly string[]): string {
  // The kernel writes numbers of its own byte order: an address' last byte comes first on all that Docker runs on here.
  const remote = addresses.map((address) => Buffer.from(address.split(".").map(Number).reverse()).toString("hex").toUpperCase());
  return `:${ports.garageS3.toString(16).toUpperCase().padStart(4, "0")} (${remote.join("|")}):[0-9A-F]* 01 `;
}

/** The rule of the bucket by which abandoned uploads go. Finished objects are never touched by it. */
const abandonedUploads = {
  ID: "abandoned-uploads",
  Status: "Enabled",
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: abandonedUploadDays },
};
