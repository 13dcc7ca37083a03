import { Framework, frameworkTitles, PolicyGroup, type Control, type RegistryPolicy } from "ha-registry-policy-common";
import { policies as aws } from "ha-registry-policy-aws/dist/policies";
import { policies as docker } from "ha-registry-policy-docker/dist/policies";
import { policies as kubernetes } from "ha-registry-policy-kubernetes/dist/policies";

/** Path of the page, below the repository. */
export const policiesPage = "docs/policies.md";

/** A pack, as the page shows it. */
interface Pack {
  /** What its anchors begin with. */
  key: string;
  /** Its heading. */
  title: string;
  policies: readonly RegistryPolicy[];
}

const packs: readonly Pack[] = [
  { key: "docker", title: "Docker hosts", policies: docker },
  { key: "kubernetes", title: "Kubernetes", policies: kubernetes },
  { key: "aws", title: "AWS", policies: aws },
];

const introduction = `# Policies

\`ha-registry-policy-docker\`, \`ha-registry-policy-kubernetes\` and \`ha-registry-policy-aws\` are policy packs for Pulumi: they judge any program that runs a container registry,
made with this library or with plain \`@pulumi/docker\`, \`@pulumi/kubernetes\` or \`@pulumi/aws\`, by its images, commands, mounts, ports and files, and on AWS by its buckets,
networks, rights and records, too. They need no Pulumi Cloud:

\`\`\`sh
npm install ha-registry-policy-docker
pulumi preview --policy-pack node_modules/ha-registry-policy-docker --policy-pack-config policies.json
\`\`\`

A violation of a *mandatory* policy stops \`preview\` and \`up\`; an *advisory* one is shown. What a plan does not know before \`up\` is judged during \`up\`; what lies
on a host (mounted configurations, an engine's own settings), is in a cluster already or is made by a Helm release is not judged at all. \`policies.json\` changes levels and
settings, by policy:

\`\`\`json
{
  "all": { "enforcementLevel": "advisory" },
  "registry-nodes": { "minimumInProduction": 5 },
  "root-user": { "exceptions": ["legacy-*"] },
  "log-rotation": { "enforcementLevel": "remediate" },
  "image-naming": { "enforcementLevel": "disabled" }
}
\`\`\`

Every policy has \`exceptions\`, logical names of resources that it leaves alone. Those with a *remediation* mend the plan themselves where their level is
\`remediate\`. *Production* is a stack whose name begins with \`prod\`; policies that ask more of it have a setting \`production\`, a regular expression for names.

\`npm run compliance -- <environment>\` runs the pack of an environment's substrate on a preview, and prints what each framework's demands come to: as a table, or with
\`--json\`, \`--html\` or \`--junit\`.

The library's own environments pass. What they tell the pack is in [stacks/config/policy](../stacks/config/policy): \`local\` goes without labels, since whoever tries it out owns
it; \`dev\` may lose its data; \`staging\` has to name images by their digest, as production has to.

The pack for AWS knows a resource's region by its \`region\` or its provider's, a bucket of images by nothing writing logs into it, and a registry by its image, or by variables
\`REGISTRY_STORAGE_…\`. Task definitions whose \`containerDefinitions\` have something in them that is not known before \`up\` are judged during \`up\`. What the account itself has (who is told,
GuardDuty, AWS Config) Security Hub looks at; its controls carry the numbers that the [AWS Foundational Security Best Practices](https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-controls-reference.html)
have them under.

Sections of MLPS 2.0 are those of GB/T 22239-2019; those other than 8.1.4.1 and 8.1.4.2 were not compared with the standard's text.
`;

/** The page: for each pack one row per policy, by what it is about, then its settings, then what each framework's demands are checked by. */
export function renderPoliciesPage(): string {
  return [
    introduction,
    "<!-- prettier-ignore-start -->",
    "",
    ...packs.flatMap(({ title, ...pack }) => [`## ${title}`, "", ...groups(pack), settings(pack), ""]),
    frameworks(),
    "",
    "<!-- prettier-ignore-end -->",
    "",
  ].join("\n");
}

function groups(pack: Omit<Pack, "title">): string[] {
  return Object.values(PolicyGroup).flatMap((group) => {
    const rows = pack.policies.filter(({ rule }) => rule.group === group).map((policy) => row(pack.key, policy));
    const head = [
      "| policy | what has to be | why | what to do | level | severity | demands |",
      "| --- | --- | --- | --- | --- | --- | --- |",
    ];
    return [[`### ${capitalized(group)}`, "", ...head, ...rows].join("\n"), ""];
  });
}

function row(key: string, policy: RegistryPolicy): string {
  const { name, description, severity, enforcementLevel, mend, reason, controls = [] } = policy.rule;
  const level =
    "remediateResource" in policy && policy.remediateResource !== undefined ? `${enforcementLevel}; remediation` : enforcementLevel;
  const cells = [`<a id="${key}-${name}"></a>\`${name}\``, description, reason, mend, level, severity, controls.map(written).join("; ")];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function written({ framework, id }: Control): string {
  return framework === Framework.Guides ? `guides: ${id}` : `${frameworkTitles[framework]}: ${id}`;
}

function settings({ policies }: Pick<Pack, "policies">): string {
  const rows = policies.flatMap(({ name, rule: { configuration = {} } }) =>
    Object.entries(configuration).map(([setting, { description = "", default: standard }]) => {
      const cells = [`\`${name}\``, `\`${setting}\``, description, `\`${JSON.stringify(standard)}\``];
      return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    }),
  );
  return ["### Settings", "", "| policy | setting | what it is | default |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

function frameworks(): string {
  const rows = Object.values(Framework).flatMap((framework) => {
    const demands = new Map<string, string[]>();
    for (const { key, policies } of packs)
      for (const { name, rule } of policies)
        for (const { id } of (rule.controls ?? []).filter((control) => control.framework === framework))
          demands.set(id, [...(demands.get(id) ?? []), `[${name}](#${key}-${name})`]);
    const sorted = [...demands].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true }));
    return sorted.map(([id, links]) => `| ${frameworkTitles[framework]} | ${id} | ${links.join(", ")} |`);
  });
  return ["## Frameworks", "", "| framework | demand | checked by |", "| --- | --- | --- |", ...rows].join("\n");
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
