import type { RegistryPolicy } from "ha-registry-policy-common";
import { blockedEviction } from "./availability/blocked-eviction";
import { collectionConcurrency } from "./availability/collection-concurrency";
import { collectionWhileWriting } from "./availability/collection-while-writing";
import { dataProtection } from "./availability/data-protection";
import { disruptionBudget } from "./availability/disruption-budget";
import { healthCheck } from "./availability/health-check";
import { ingressLimits } from "./availability/ingress-limits";
import { podSpread } from "./availability/pod-spread";
import { registryNodes } from "./availability/registry-nodes";
import { resourceLimits } from "./availability/resource-limits";
import { rollout } from "./availability/rollout";
import { sharedHttpSecret } from "./availability/shared-http-secret";
import { sharedVolume } from "./availability/shared-volume";
import { resourceLabels } from "./operation/resource-labels";
import { anonymousWrite } from "./security/anonymous-write";
import { capabilities } from "./security/capabilities";
import { defaultNamespace } from "./security/default-namespace";
import { hostAccess } from "./security/host-access";
import { ingressTls } from "./security/ingress-tls";
import { leastPrivilege } from "./security/least-privilege";
import { networkPolicy } from "./security/network-policy";
import { newPrivileges } from "./security/new-privileges";
import { podSecurityLevel } from "./security/pod-security-level";
import { privatePorts } from "./security/private-ports";
import { privilegedContainer } from "./security/privileged-container";
import { rootUser } from "./security/root-user";
import { seccompProfile } from "./security/seccomp-profile";
import { secretsInConfigmaps } from "./security/secrets-in-configmaps";
import { secretsInEnvironment } from "./security/secrets-in-environment";
import { serviceAccountToken } from "./security/service-account-token";
import { sourceRanges } from "./security/source-ranges";
import { writableRoot } from "./security/writable-root";
import { imageDigest } from "./supply-chain/image-digest";
import { imageFloor } from "./supply-chain/image-floor";
import { imageSource } from "./supply-chain/image-source";
import { imageTag } from "./supply-chain/image-tag";

/** All policies of the pack, by what they are about. */
export const policies: readonly RegistryPolicy[] = [
  blockedEviction,
  collectionConcurrency,
  collectionWhileWriting,
  dataProtection,
  disruptionBudget,
  healthCheck,
  ingressLimits,
  podSpread,
  registryNodes,
  resourceLimits,
  rollout,
  sharedHttpSecret,
  sharedVolume,
  anonymousWrite,
  capabilities,
  defaultNamespace,
  hostAccess,
  ingressTls,
  leastPrivilege,
  networkPolicy,
  newPrivileges,
  podSecurityLevel,
  privatePorts,
  privilegedContainer,
  rootUser,
  seccompProfile,
  secretsInConfigmaps,
  secretsInEnvironment,
  serviceAccountToken,
  sourceRanges,
  writableRoot,
  imageDigest,
  imageFloor,
  imageSource,
  imageTag,
  resourceLabels,
];
