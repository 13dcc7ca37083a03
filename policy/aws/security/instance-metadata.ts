import { mlps, PolicyGroup, securityHub } from "ha-registry-policy-common";
import { awsPolicy } from "../aws-policy";
import { types } from "../resources";

interface Launched {
  metadataOptions?: { httpEndpoint?: string; httpTokens?: string };
}

/** A host's rights for whoever can make it fetch a URL: AWS Security Hub EC2.8 and EC2.170. */
export const instanceMetadata = awsPolicy<Launched>(
  {
    name: "instance-metadata",
    group: PolicyGroup.Security,
    description: "Hosts hand out their role's keys to requests with a token alone (IMDSv2).",
    reason:
      "The first version of the metadata service answers any request from the host: a proxy on it that could be talked into one was what Capital One lost 100 million records by, in 2019.",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: 'Set `metadataOptions: { httpTokens: "required", httpPutResponseHopLimit: 1 }`.',
    controls: [securityHub("EC2.8"), securityHub("EC2.170"), mlps("8.1.4.2")],
  },
  [...types.launchTemplate, ...types.instance],
  ({ unknown, properties: { metadataOptions = {} } }) => {
    const { httpEndpoint, httpTokens } = metadataOptions;
    return httpTokens === "required" || httpEndpoint === "disabled" || unknown.has("metadataOptions")
      ? []
      : ['hands out its role\'s keys to any request from the host: set `metadataOptions: { httpTokens: "required" }`'];
  },
);
