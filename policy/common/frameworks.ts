/** A set of rules that policies are mapped to. */
export enum Framework {
  /** CIS Docker Benchmark 1.6. */
  CisDocker = "cis-docker-1.6",
  /** CIS Kubernetes Benchmark 1.8, section 5. */
  CisKubernetes = "cis-kubernetes-1.8",
  /** The controls of AWS Security Hub, which the AWS Foundational Security Best Practices are made of. */
  SecurityHub = "aws-security-hub",
  /** China's Multi-Level Protection Scheme 2.0, level 3: GB/T 22239-2019. */
  Mlps = "mlps-2.0-level-3",
  /** What the guides say that this project was made from. */
  Guides = "guides",
}

/** How a framework is called where people read. */
export const frameworkTitles: Readonly<Record<Framework, string>> = {
  [Framework.CisDocker]: "CIS Docker 1.6",
  [Framework.CisKubernetes]: "CIS Kubernetes 1.8",
  [Framework.SecurityHub]: "AWS Security Hub",
  [Framework.Mlps]: "MLPS 2.0 level 3",
  [Framework.Guides]: "guides",
};

/** One demand of a framework. */
export interface Control {
  /** The framework. */
  framework: Framework;
  /** Its number there, as `5.32`; for the guides, what they say in a few words. */
  id: string;
}

/** The demand of the CIS Docker Benchmark 1.6 with a number. */
export function cis(id: string): Control {
  return { framework: Framework.CisDocker, id };
}

/** The demand of the CIS Kubernetes Benchmark 1.8 with a number. */
export function cisKubernetes(id: string): Control {
  return { framework: Framework.CisKubernetes, id };
}

/** The control of AWS Security Hub with a number, as `S3.5`. */
export function securityHub(id: string): Control {
  return { framework: Framework.SecurityHub, id };
}

/** The demand of MLPS 2.0 level 3 with the number of its section in GB/T 22239-2019. */
export function mlps(id: string): Control {
  return { framework: Framework.Mlps, id };
}

/** What the guides say. */
export function guides(rule: string): Control {
  return { framework: Framework.Guides, id: rule };
}

/** The tag that a policy carries for a demand, as `cis-docker-1.6:5.32`. */
export function tagOf({ framework, id }: Control): string {
  return `${framework}:${id.replaceAll(" ", "-")}`;
}
