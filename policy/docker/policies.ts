import type { RegistryPolicy } from "ha-registry-policy-common";
import { balancerPair } from "./availability/balancer-pair";
import { collectionWhileWriting } from "./availability/collection-while-writing";
import { dataProtection } from "./availability/data-protection";
import { healthCheck } from "./availability/health-check";
import { memoryLimit } from "./availability/memory-limit";
import { nodeSpread } from "./availability/node-spread";
import { redisFailover } from "./availability/redis-failover";
import { registryNodes } from "./availability/registry-nodes";
import { restartPolicy } from "./availability/restart-policy";
import { sharedHttpSecret } from "./availability/shared-http-secret";
import { stopGrace } from "./availability/stop-grace";
import { alerts } from "./operation/alerts";
import { auditLog } from "./operation/audit-log";
import { backup } from "./operation/backup";
import { logRotation } from "./operation/log-rotation";
import { resourceLabels } from "./operation/resource-labels";
import { anonymousWrite } from "./security/anonymous-write";
import { balancerTls } from "./security/balancer-tls";
import { capabilities } from "./security/capabilities";
import { dockerSocket } from "./security/docker-socket";
import { hostNamespaces } from "./security/host-namespaces";
import { newPrivileges } from "./security/new-privileges";
import { privatePorts } from "./security/private-ports";
import { privilegedContainer } from "./security/privileged-container";
import { redisAuthentication } from "./security/redis-authentication";
import { rootUser } from "./security/root-user";
import { secretsInEnvironment } from "./security/secrets-in-environment";
import { tlsVersion } from "./security/tls-version";
import { writableRoot } from "./security/writable-root";
import { imageDigest } from "./supply-chain/image-digest";
import { imageFloor } from "./supply-chain/image-floor";
import { imageNaming } from "./supply-chain/image-naming";
import { imageSource } from "./supply-chain/image-source";
import { imageTag } from "./supply-chain/image-tag";

/** All policies of the pack, by what they are about. */
export const policies: readonly RegistryPolicy[] = [
  balancerPair,
  collectionWhileWriting,
  dataProtection,
  healthCheck,
  memoryLimit,
  nodeSpread,
  redisFailover,
  registryNodes,
  restartPolicy,
  sharedHttpSecret,
  stopGrace,
  anonymousWrite,
  balancerTls,
  capabilities,
  dockerSocket,
  hostNamespaces,
  newPrivileges,
  privatePorts,
  privilegedContainer,
  redisAuthentication,
  rootUser,
  secretsInEnvironment,
  tlsVersion,
  writableRoot,
  imageDigest,
  imageFloor,
  imageNaming,
  imageSource,
  imageTag,
  alerts,
  auditLog,
  backup,
  logRotation,
  resourceLabels,
];
