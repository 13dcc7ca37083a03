import { RegistryError, resolveTopology } from "ha-registry-core";
import type { Report } from "ha-registry-tools";
import { apply } from "./apply";
import { confirm } from "./confirm";
import type { Environment } from "./environment";
import { ExitCode, Failure } from "./exit";
import { hostsOf } from "./hosts";
import { print, printJson } from "./print";
import { summary } from "./progress";
import { checkRotation, planRotation, Rotation, type RotationPlan, type RotationScope } from "./rotation";
import { readState } from "./state";
import { openStack } from "./workspace";

/** Options of `rotate`. */
export interface RotateOptions extends RotationScope {
  /** Does not ask. */
  yes?: boolean;
  /** Prints a summary as JSON, and nothing else, on standard output. */
  json?: boolean;
}

/**
 * Makes passwords or certificates anew: they are replaced in the state, and everything that is made of them follows in the order of an `up`, so
 * that the registry serves on. Nothing secret is printed. Cut off, `up` finishes it.
 */
export async function rotate(environment: Environment, what: string, options: RotateOptions, report: Report): Promise<void> {
  const { name, config } = environment;
  const rotation = Object.values(Rotation).find((each) => each === what);
  if (rotation === undefined)
    throw new Failure(`There is no ${what} to rotate: say ${Object.values(Rotation).join(", ")}.`, ExitCode.WrongUse);
  checkOptions(rotation, options);
  checkRotation(name, rotation, options, config);
  const { resources } = await readState(await openStack(environment, "existing", report));
  const plan = planRotation(rotation, options, name, resources);
  if (plan.urns.length === 0) throw nothingThere(name, rotation);
  if (options.yes !== true) await confirm(question(environment, rotation, options, plan), name);
  const { progress, caFile } = await apply(environment, {}, report, async (open) => {
    if (rotation === Rotation.Redis || options.ca === true) await stopSentinels(environment, report);
    // Somebody else may have changed the state while the question was open.
    return planRotation(rotation, options, name, (await readState(open)).resources).urns;
  });
  const { users, certificates } = plan;
  if (options.json === true) {
    const { counts, seconds } = progress;
    printJson({
      environment: name,
      rotated: rotation,
      users,
      certificates,
      changes: counts,
      seconds,
      ...(options.ca === true ? { caFile } : {}),
    });
    return;
  }
  print(`${name}: ${summary(progress.counts)} (${progress.seconds} s)`, ...afterwards(name, options, plan, caFile));
}

/** @throws {Failure} for an option that says nothing about what is rotated. */
function checkOptions(rotation: Rotation, { user, inner, ca }: RotationScope): void {
  const wrong = [
    ...(user !== undefined && rotation !== Rotation.Passwords ? ["--user is about passwords"] : []),
    ...(inner === true && rotation !== Rotation.Certificates ? ["--inner is about certificates"] : []),
    ...(ca === true && rotation !== Rotation.Certificates ? ["--ca is about certificates"] : []),
  ];
  if (wrong.length > 0) throw new Failure(`${wrong.join("; ")}.`, ExitCode.WrongUse);
}

/**
 * Servers and sentinels with new passwords, or a new CA, do not understand those with the old ones, and each would wait for the others. So all of
 * them go first: without its cache the registry is slower, and serves on. `up` starts them again, whatever comes between.
 */
async function stopSentinels({ name, config }: Environment, report: Report): Promise<void> {
  const { servers, sentinels } = resolveTopology(name, config.registry).redis;
  if (sentinels.length === 0) return;
  report(`${name}: stopping Redis; the registry goes on without its cache`);
  for (const parts of [sentinels, servers]) {
    await Promise.all(
      hostsOf(name, config).map(async (host) => {
        const own = parts.filter((part) => part.host === host.name).map((part) => part.name);
        if (own.length > 0) await host.docker.attempt("stop", ...own);
      }),
    );
  }
}

function nothingThere(name: string, rotation: Rotation): RegistryError {
  return new RegistryError(name, [{ path: rotation, message: "the state has none: run up first" }]);
}

function question({ name, config }: Environment, rotation: Rotation, { ca }: RotationScope, { users, certificates }: RotationPlan): string {
  const several = hostsOf(name, config).length > 1;
  const what = {
    [Rotation.Passwords]: `the passwords of ${users.join(", ")}. The old ones are refused at once: clients have to log in again.`,
    [Rotation.Certificates]: `the certificates ${certificates.join(", ")}, with their keys.`,
    [Rotation.Redis]: "the passwords and certificates of Redis. The cache starts empty.",
  }[rotation];
  return [
    `This makes anew ${what}`,
    ...(ca === true
      ? ["The CA is among them: every client refuses the registry until it trusts the new one, which is known only then."]
      : []),
    ...(ca === true && several ? ["The hosts' parts refuse each other until all have it: nobody is served for some minutes."] : []),
    "What the stack file says differently by now is done as well.",
  ].join("\n");
}

/** What is left to do for people. */
function afterwards(name: string, { ca }: RotationScope, { users }: RotationPlan, caFile: string | undefined): string[] {
  return [
    ...users.map((user) => `The new password of ${user}: npx ha-registry outputs ${name} --password-of ${user}`),
    ...(ca === true && caFile !== undefined ? [`Let clients trust the new CA: ${caFile}`] : []),
  ];
}
