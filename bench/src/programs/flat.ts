import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import * as tls from "@pulumi/tls";
import type { FlatPlan } from "./flat-files";
import { haproxyConfig, redisConfig, registryConfig } from "./flat-files";

/** Where a flat registry runs. */
export interface FlatArgs {
  /** First three numbers of the network's addresses, as `10.200.7`. */
  prefix: string;
  /** Port of the registry on 127.0.0.1; statistics take the next two. */
  port: number;
  images: { registry: string; haproxy: string; redis: string };
}

const [registryUser, haproxyUser, redisUser] = ["65532", "65533", "65534"];
const wait = { interval: "2s", timeout: "5s", retries: 3, startPeriod: "30s" };
const ecdsa = { algorithm: "ECDSA", ecdsaCurve: "P256" };

/**
 * The resources of a registry with its defaults, written out one by one as one would without a library: no component, no check, no
 * option. What the library costs is measured against it.
 */
export function flat(name: string, { prefix, port, images }: FlatArgs): Record<string, unknown> {
  const plan: FlatPlan = { redisAddress: `${prefix}.3`, nodeAddresses: [`${prefix}.11`, `${prefix}.12`] };
  const labels = [
    { label: "ha-registry", value: name },
    { label: "ha-registry.part", value: "flat" },
  ];
  const service = {
    readOnly: true,
    capabilities: { drops: ["ALL"] },
    securityOpts: ["no-new-privileges"],
    restart: "unless-stopped",
    wait: true,
    waitTimeout: 120,
    logDriver: "json-file",
    logOpts: { "max-size": "50m", "max-file": "5" },
    labels,
  };
  const holder = { image: images.registry, start: false, mustRun: false, networkMode: "none", labels };
  const file = (path: string, content: pulumi.Input<string>, owner: string) => ({
    file: `/files/${path}`,
    content,
    owner,
    group: owner,
    permissions: "0400",
  });
  const filesIn = (volume: docker.Volume) => ({ type: "volume", source: volume.name, target: "/files" });

  const network = new docker.Network(name, {
    name,
    driver: "bridge",
    ipamConfigs: [{ subnet: `${prefix}.0/24`, gateway: `${prefix}.1` }],
    labels,
  });
  const at = (host: number) => [{ name: network.name, ipv4Address: `${prefix}.${host}` }];

  const caKey = new tls.PrivateKey(`${name}-ca`, ecdsa);
  const ca = new tls.SelfSignedCert(`${name}-ca`, {
    privateKeyPem: caKey.privateKeyPem,
    subject: { commonName: `${name} CA` },
    isCaCertificate: true,
    validityPeriodHours: 87600,
    allowedUses: ["cert_signing", "crl_signing"],
  });
  const issue = (part: string, commonName: string, ipAddresses: string[]) => {
    const key = new tls.PrivateKey(`${name}-${part}`, ecdsa);
    const request = new tls.CertRequest(`${name}-${part}`, {
      privateKeyPem: key.privateKeyPem,
      subject: { commonName },
      dnsNames: ["localhost"],
      ipAddresses,
    });
    const certificate = new tls.LocallySignedCert(`${name}-${part}`, {
      certRequestPem: request.certRequestPem,
      caCertPem: ca.certPem,
      caPrivateKeyPem: caKey.privateKeyPem,
      validityPeriodHours: 9528,
      earlyRenewalHours: 1440,
      allowedUses: ["digital_signature", "key_encipherment", "server_auth"],
    });
    return { certificate: certificate.certPem, key: key.privateKeyPem };
  };
  const server = issue("server", "localhost", ["127.0.0.1"]);
  const redisServer = issue("redis", `${name}-redis`, [plan.redisAddress, "127.0.0.1"]);

  const admin = new random.RandomPassword(`${name}-admin`, { length: 32, special: false });
  new random.RandomBytes(`${name}-salt`, { length: 32 });
  const redisPassword = new random.RandomPassword(`${name}-redis`, { length: 48, special: false }).result;
  const httpSecret = new random.RandomPassword(`${name}-http-secret`, { length: 64, special: false }).result;

  const store = new docker.Volume(`${name}-store`, { name: `${name}-store`, labels });
  const data = { type: "volume", source: store.name, target: "/var/lib/registry" };
  const owner = new docker.Container(`${name}-owner`, {
    name: `${name}-owner`,
    image: images.registry,
    entrypoints: ["sh", "-c"],
    command: [`mkdir -p /var/lib/registry/docker; chown -R ${registryUser}:${registryUser} /var/lib/registry`],
    user: "0:0",
    networkMode: "none",
    attach: true,
    mustRun: false,
    mounts: [data],
    labels,
  });

  const redisFiles = new docker.Volume(`${name}-redis-files`, { name: `${name}-redis-files`, labels });
  const redisUploads = new docker.Container(`${name}-redis-files`, {
    ...holder,
    name: `${name}-redis-files`,
    mounts: [filesIn(redisFiles)],
    uploads: [
      file("ca.crt", ca.certPem, redisUser),
      file("server.crt", redisServer.certificate, redisUser),
      file("server.key", redisServer.key, redisUser),
      file("redis.conf", redisPassword.apply(redisConfig), redisUser),
    ],
  });
  new docker.Container(
    `${name}-redis`,
    {
      ...service,
      name: `${name}-redis`,
      image: images.redis,
      user: `${redisUser}:${redisUser}`,
      memory: 128,
      memorySwap: 128,
      destroyGraceSeconds: 5,
      entrypoints: ["redis-server"],
      command: ["/files/redis.conf"],
      networksAdvanced: at(3),
      mounts: [{ ...filesIn(redisFiles), readOnly: true }],
      tmpfs: { "/data": `rw,noexec,nosuid,size=16m,uid=${redisUser},mode=0700` },
      healthcheck: { tests: ["CMD-SHELL", 'redis-cli --tls --cacert /files/ca.crt ping 2>&1 | grep -qE "PONG|NOAUTH"'], ...wait },
    },
    { dependsOn: [redisUploads] },
  );

  const nodeFiles = new docker.Volume(`${name}-node-files`, { name: `${name}-node-files`, labels });
  const plainNodeUploads = new docker.Container(`${name}-node-files-plain`, {
    ...holder,
    name: `${name}-node-files-plain`,
    mounts: [filesIn(nodeFiles)],
    uploads: [file("redis-ca.crt", ca.certPem, registryUser)],
  });
  const config = pulumi.all([httpSecret, redisPassword]).apply(([secret, password]) => registryConfig(plan, secret, password));
  const secretNodeUploads = new docker.Container(`${name}-node-files-secret`, {
    ...holder,
    name: `${name}-node-files-secret`,
    mounts: [filesIn(nodeFiles)],
    uploads: [file("config.yml", config, registryUser)],
  });
  const htpasswdUpload = new docker.Container(`${name}-node-files-htpasswd`, {
    ...holder,
    name: `${name}-node-files-htpasswd`,
    mounts: [filesIn(nodeFiles)],
    uploads: [file("htpasswd", pulumi.interpolate`admin:${admin.bcryptHash}\n`, registryUser)],
  });
  const node = (number: number, after: docker.Container[]) =>
    new docker.Container(
      `${name}-node-${number}`,
      {
        ...service,
        name: `${name}-node-${number}`,
        image: images.registry,
        user: `${registryUser}:${registryUser}`,
        memory: 512,
        memorySwap: 512,
        destroyGraceSeconds: 310,
        entrypoints: ["registry"],
        command: ["serve", "/files/config.yml"],
        envs: ["OTEL_TRACES_EXPORTER=none"],
        networksAdvanced: at(10 + number),
        mounts: [{ ...filesIn(nodeFiles), readOnly: true }, data],
        healthcheck: { tests: ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:5000/"], ...wait },
      },
      { dependsOn: [owner, plainNodeUploads, secretNodeUploads, htpasswdUpload, ...after] },
    );
  const first = node(1, []);
  const second = node(2, [first]);

  const balancer = new docker.Container(`${name}-balancer`, {
    ...service,
    name: `${name}-balancer`,
    image: images.haproxy,
    user: `${haproxyUser}:${haproxyUser}`,
    memory: 16,
    memorySwap: 16,
    wait: false,
    destroyGraceSeconds: 5,
    entrypoints: ["sh", "-c"],
    command: ['trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done'],
    networksAdvanced: at(2),
    sysctls: { "net.ipv4.tcp_migrate_req": "1" },
    ports: [5000, 8404, 8405].map((internal, index) => ({ internal, external: port + index, ip: "127.0.0.1" })),
  });
  const balancerFiles = new docker.Volume(`${name}-balancer-files`, { name: `${name}-balancer-files`, labels });
  const plainBalancerUploads = new docker.Container(`${name}-balancer-files-plain`, {
    ...holder,
    name: `${name}-balancer-files-plain`,
    mounts: [filesIn(balancerFiles)],
    uploads: [file("haproxy.cfg", haproxyConfig(plan), haproxyUser)],
  });
  const secretBalancerUploads = new docker.Container(`${name}-balancer-files-secret`, {
    ...holder,
    name: `${name}-balancer-files-secret`,
    mounts: [filesIn(balancerFiles)],
    uploads: [file("server.pem", pulumi.interpolate`${server.certificate}${server.key}`, haproxyUser)],
  });
  const haproxy = (number: number, after: docker.Container[]) =>
    new docker.Container(
      `${name}-haproxy-${number}`,
      {
        ...service,
        name: `${name}-haproxy-${number}`,
        image: images.haproxy,
        user: `${haproxyUser}:${haproxyUser}`,
        memory: 256,
        memorySwap: 256,
        destroyGraceSeconds: 310,
        entrypoints: ["haproxy"],
        command: ["-db", "-f", "/files/haproxy.cfg"],
        envs: [`HA_REGISTRY_STATISTICS_PORT=${8403 + number}`],
        stopSignal: "SIGUSR1",
        networkMode: pulumi.interpolate`container:${balancer.id}`,
        init: true,
        ulimits: [{ name: "nofile", soft: 5000, hard: 5000 }],
        mounts: [{ ...filesIn(balancerFiles), readOnly: true }],
        healthcheck: { tests: ["CMD", "wget", "-q", "-O", "/dev/null", `http://127.0.0.1:${8403 + number}/healthz`], ...wait },
      },
      { dependsOn: [second, balancer, plainBalancerUploads, secretBalancerUploads, ...after] },
    );
  haproxy(2, [haproxy(1, [])]);

  return {
    endpoint: `https://localhost:${port}`,
    caCertificatePem: ca.certPem,
    credentials: pulumi.secret(admin.result.apply((password) => ({ username: "admin", password }))),
  };
}
