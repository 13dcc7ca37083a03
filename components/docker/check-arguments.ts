import { AccessMode, deadMansSwitchName, Problems } from "ha-registry-core";
import type { Topology } from "ha-registry-core";
import { checkCertificate, checkCommonArguments, known } from "ha-registry-core/pulumi";
import type { SecretsArgs, TrustArgs } from "./registry";

/**
 * Checks what goes together, and every value that is plain already.
 *
 * @throws {RegistryError} with every problem found.
 */
export function checkArguments(topology: Topology, trust: TrustArgs, secrets: SecretsArgs): void {
  const problems = new Problems();
  checkCommonArguments(topology, trust, secrets, problems);
  checkCertificate("trust.auditCaPem", trust.auditCaPem, problems);
  checkForwarding(topology, secrets, problems);
  checkProbe(topology, trust, secrets, problems);
  checkReceivers(topology, secrets, problems);
  problems.throwIfAny(topology.name);
}

/** The synthetic probe has to get in. */
function checkProbe({ monitoring, access, loadBalancer }: Topology, trust: TrustArgs, secrets: SecretsArgs, problems: Problems): void {
  const probe = monitoring?.probe;
  const needsPassword = probe !== undefined && access.mode === AccessMode.Token;
  problems.require(
    (secrets.probePassword !== undefined) === needsPassword,
    "secrets.probePassword",
    needsPassword
      ? `is missing: the synthetic probe logs in as ${probe.username} at the authorization server`
      : 'is for access.mode "token" with monitoring.probe.enabled: leave it out',
  );
  problems.require(
    probe === undefined || trust.clientCaPem === undefined || !loadBalancer.clientCertificateRequired,
    "monitoring.probe",
    "has no client certificate: set monitoring.probe.enabled to false, or loadBalancer.clientCertificates.required",
  );
}

/** Each receiver of alerts has the secret that it needs, and nobody else has one. */
function checkReceivers({ monitoring }: Topology, { receivers = {} }: SecretsArgs, problems: Problems): void {
  const { alerting } = monitoring ?? {};
  const needed = [
    ...(alerting?.receivers ?? []).filter(({ hasSecret }) => hasSecret).map(({ name }) => name),
    ...(alerting?.deadMansSwitch === undefined ? [] : [deadMansSwitchName]),
  ];
  for (const name of needed) {
    problems.require(
      name in receivers,
      `secrets.receivers.${name}`,
      "is missing: the URL that alerts are posted to, or the password at the mail server",
    );
  }
  for (const name of Object.keys(receivers)) {
    problems.require(needed.includes(name), `secrets.receivers.${name}`, "nobody of that name in monitoring needs one: leave it out");
  }
}

/** What ends in one line of syslog-ng's configuration. */
function checkForwarding({ audit }: Topology, secrets: SecretsArgs, problems: Problems): void {
  const targets = [
    ["auditElasticsearchPassword", "elasticsearch", audit?.forward.elasticsearch?.username],
    ["auditLokiPassword", "loki", audit?.forward.loki?.username],
  ] as const;
  for (const [field, target, username] of targets) {
    const path = `secrets.${field}`;
    const given = secrets[field] !== undefined;
    problems.require(
      given === (username !== undefined),
      path,
      `audit.forward.${target}.username and ${path} go together: give both, or none for a target without a login`,
    );
    problems.require(!/\p{Cc}/u.test(known(secrets[field]) ?? ""), path, "is not one line of text");
  }
}
