import { userInfo } from "node:os";
import { Problems } from "ha-registry-core";
import { runProgram } from "../../../test/dist/engine/support/program";

/** Programs that the bench calls, by the Debian package that has them. */
const programs: Record<string, string> = {
  wrk: "wrk",
  curl: "curl",
  ip: "iproute2",
  tc: "iproute2",
  nsenter: "util-linux",
  openssl: "openssl",
};

/**
 * Checks that everything the bench needs is there.
 *
 * @throws {RegistryError} with everything that is missing, and how to get it.
 */
export async function checkRequirements(): Promise<void> {
  const problems = new Problems();
  problems.require(userInfo().uid === 0, "user", "the bench makes network namespaces and shapes a link: run it as root");
  const path = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;
  process.env["PATH"] = path;
  for (const [program, debianPackage] of Object.entries(programs)) {
    const found = await runProgram("sh", ["-c", 'command -v "$1"', "sh", program]).then(
      () => true,
      () => false,
    );
    problems.require(found, program, `is not on PATH: apt-get install ${debianPackage}`);
  }
  problems.throwIfAny("bench");
}
