import { guides, mlps, PolicyGroup, securityHub, type Finding } from "ha-registry-policy-common";
import { awsStackPolicy } from "../aws-policy";
import { ofKind, types } from "../resources";

interface Repository {
  imageScanningConfiguration?: { scanOnPush?: boolean };
}

/** Images with known holes: AWS Security Hub ECR.1. */
export const imageScanning = awsStackPolicy(
  {
    name: "image-scanning",
    group: PolicyGroup.SupplyChain,
    description: "ECR looks at what is pushed for known holes.",
    reason: "Nobody repairs what nobody knows of: the guides have every image scanned, and holes from CVSS 7 repaired at once.",
    severity: "medium",
    enforcementLevel: "mandatory",
    mend: "Set `imageScanningConfiguration: { scanOnPush: true }`, or add a RegistryScanningConfiguration for all repositories.",
    controls: [securityHub("ECR.1"), mlps("8.1.4.4"), guides("repair known holes")],
  },
  [types.repository, types.scanning],
  (resources) => {
    if (ofKind(resources, types.scanning).length > 0) return [];
    return ofKind<Repository>(resources, types.repository)
      .filter(
        ({ unknown, properties: { imageScanningConfiguration: scanning } }) =>
          scanning?.scanOnPush !== true && !unknown.has("imageScanningConfiguration"),
      )
      .map((about): Finding => ({
        message: "does not look at what is pushed: set `imageScanningConfiguration: { scanOnPush: true }`",
        about,
      }));
  },
);
