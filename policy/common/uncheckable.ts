import { cis, cisKubernetes, guides, mlps, securityHub, type Control } from "./frameworks";

/** A demand of a framework that no plan shows, so that people have to look. */
export interface Uncheckable {
  /** The demand, or a whole section. */
  control: Control;
  /** What it is about, and who looks, or what does. */
  where: string;
}

/** Demands that no policy can check, of the frameworks that policies are mapped to. */
export const uncheckable: readonly Uncheckable[] = [
  { control: cis("1"), where: "the host: its partitions, audit rules and packages; Docker Bench for Security looks" },
  { control: cis("2"), where: "the Docker daemon's own settings; Docker Bench for Security looks" },
  { control: cis("3"), where: "owners and modes of the Docker daemon's files; Docker Bench for Security looks" },
  { control: cis("6"), where: "how images and containers are looked after; people look" },
  { control: cisKubernetes("1"), where: "the control plane's files and arguments; kube-bench looks" },
  { control: cisKubernetes("2"), where: "etcd; kube-bench looks" },
  { control: cisKubernetes("3"), where: "authentication and logging of the control plane; kube-bench looks" },
  { control: cisKubernetes("4"), where: "the cluster's hosts; kube-bench looks" },
  { control: cisKubernetes("5.3.1"), where: "whether the cluster's network enforces NetworkPolicies; people look" },
  { control: securityHub("Account.1"), where: "who is told of an account's incidents; Security Hub looks" },
  { control: securityHub("Config.1"), where: "whether AWS Config writes down what is changed past Pulumi; Security Hub looks" },
  { control: securityHub("GuardDuty.1"), where: "whether GuardDuty watches the account; Security Hub looks" },
  { control: securityHub("IAM.4"), where: "access keys of the account's root user; Security Hub looks" },
  { control: securityHub("IAM.9"), where: "a second factor of the account's root user; Security Hub looks" },
  { control: securityHub("S3.1"), where: "whether the whole account blocks public access; Security Hub looks" },
  { control: mlps("8.1.1"), where: "rooms, power and access to machines; people look" },
  { control: mlps("8.1.2"), where: "the network between sites; people look" },
  { control: mlps("8.1.3"), where: "the network's borders, as firewalls; people look" },
  { control: mlps("8.1.6"), where: "written rules; people look" },
  { control: mlps("8.1.7"), where: "who is responsible; people look" },
  { control: mlps("8.1.8"), where: "hiring, leaving and training; people look" },
  { control: mlps("8.1.9"), where: "how systems are bought, built and accepted; people look" },
  { control: mlps("8.1.10"), where: "how systems are run: holes, changes, incidents, drills; people look" },
  { control: guides("scan images, repair CVSS 7 and above at once"), where: "the pipelines that push (examples/pipelines)" },
  { control: guides("sign images"), where: "the pipelines that push (examples/pipelines)" },
  { control: guides("health check each quarter"), where: "`npx ha-registry health`" },
];
