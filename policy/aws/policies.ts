import type { RegistryPolicy } from "ha-registry-policy-common";
import { collectionWhileWriting } from "./availability/collection-while-writing";
import { crossZone } from "./availability/cross-zone";
import { dataProtection } from "./availability/data-protection";
import { deletionProtection } from "./availability/deletion-protection";
import { dnsFailover } from "./availability/dns-failover";
import { healthCheck } from "./availability/health-check";
import { objectExpiration } from "./availability/object-expiration";
import { objectVersioning } from "./availability/object-versioning";
import { redisClusterMode } from "./availability/redis-cluster-mode";
import { redisFailover } from "./availability/redis-failover";
import { registryNodes } from "./availability/registry-nodes";
import { rollout } from "./availability/rollout";
import { secretRecovery } from "./availability/secret-recovery";
import { sharedHttpSecret } from "./availability/shared-http-secret";
import { stopGrace } from "./availability/stop-grace";
import { zoneSpread } from "./availability/zone-spread";
import { alerts } from "./operation/alerts";
import { auditLog } from "./operation/audit-log";
import { backup } from "./operation/backup";
import { balancerLogs } from "./operation/balancer-logs";
import { certificateRenewal } from "./operation/certificate-renewal";
import { containerInsights } from "./operation/container-insights";
import { containerLogs } from "./operation/container-logs";
import { dnsTtl } from "./operation/dns-ttl";
import { flowLogs } from "./operation/flow-logs";
import { logRetention } from "./operation/log-retention";
import { multipartCleanup } from "./operation/multipart-cleanup";
import { region } from "./operation/region";
import { resourceTags } from "./operation/resource-tags";
import { trail } from "./operation/trail";
import { accessKeys } from "./security/access-keys";
import { anonymousWrite } from "./security/anonymous-write";
import { bucketEncryption } from "./security/bucket-encryption";
import { bucketTls } from "./security/bucket-tls";
import { capabilities } from "./security/capabilities";
import { certificateKey } from "./security/certificate-key";
import { executeCommand } from "./security/execute-command";
import { hostAccess } from "./security/host-access";
import { instanceMetadata } from "./security/instance-metadata";
import { keyRotation } from "./security/key-rotation";
import { leastPrivilege } from "./security/least-privilege";
import { listenerTls } from "./security/listener-tls";
import { openEgress } from "./security/open-egress";
import { openPorts } from "./security/open-ports";
import { openResourcePolicy } from "./security/open-resource-policy";
import { ownKeys } from "./security/own-keys";
import { privatePorts } from "./security/private-ports";
import { privilegedContainer } from "./security/privileged-container";
import { publicAccessBlock } from "./security/public-access-block";
import { publicAddresses } from "./security/public-addresses";
import { publicBucket } from "./security/public-bucket";
import { redisAuthentication } from "./security/redis-authentication";
import { redisEncryption } from "./security/redis-encryption";
import { roleTrust } from "./security/role-trust";
import { rootUser } from "./security/root-user";
import { secretsInEnvironment } from "./security/secrets-in-environment";
import { targetTls } from "./security/target-tls";
import { tlsVersion } from "./security/tls-version";
import { writableRoot } from "./security/writable-root";
import { imageDigest } from "./supply-chain/image-digest";
import { imageFloor } from "./supply-chain/image-floor";
import { imageScanning } from "./supply-chain/image-scanning";
import { imageSource } from "./supply-chain/image-source";
import { imageTag } from "./supply-chain/image-tag";
import { tagImmutability } from "./supply-chain/tag-immutability";

/** All policies of the pack, by what they are about. */
export const policies: readonly RegistryPolicy[] = [
  collectionWhileWriting,
  crossZone,
  dataProtection,
  deletionProtection,
  dnsFailover,
  healthCheck,
  objectExpiration,
  objectVersioning,
  redisClusterMode,
  redisFailover,
  registryNodes,
  rollout,
  secretRecovery,
  sharedHttpSecret,
  stopGrace,
  zoneSpread,
  accessKeys,
  anonymousWrite,
  bucketEncryption,
  bucketTls,
  capabilities,
  certificateKey,
  executeCommand,
  hostAccess,
  instanceMetadata,
  keyRotation,
  leastPrivilege,
  listenerTls,
  openEgress,
  openPorts,
  openResourcePolicy,
  ownKeys,
  privatePorts,
  privilegedContainer,
  publicAccessBlock,
  publicAddresses,
  publicBucket,
  redisAuthentication,
  redisEncryption,
  roleTrust,
  rootUser,
  secretsInEnvironment,
  targetTls,
  tlsVersion,
  writableRoot,
  imageDigest,
  imageFloor,
  imageScanning,
  imageSource,
  imageTag,
  tagImmutability,
  alerts,
  auditLog,
  backup,
  balancerLogs,
  certificateRenewal,
  containerInsights,
  containerLogs,
  dnsTtl,
  flowLogs,
  logRetention,
  multipartCleanup,
  region,
  resourceTags,
  trail,
];
