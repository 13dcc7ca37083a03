import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";
import { buildProgram } from "ha-registry/dist/cli/main";
import { parse } from "yaml";

// That what the pipelines call exists, and that nothing goes to production by itself. Not shown: that the build servers take the files; actionlint has been asked about
// those of GitHub by hand.

const directory = resolve(__dirname, "../../../examples/pipelines");
const files = readdirSync(directory, { recursive: true, encoding: "utf8" }).filter((path) => /\.(?:yml|Jenkinsfile)$/.test(path));
const text = (path: string): string => readFileSync(join(directory, path), "utf8");

/** The words of every command of this project's command line in a text, up to what the shell does with its end. */
function commandsIn(content: string): string[][] {
  return [...content.matchAll(/npx ha-registry ([^\n'|&;>]*)/g)].map(([, words = ""]) =>
    words
      .replace(/"\s*\}+\s*$/, "")
      .trim()
      .replaceAll('"', "")
      .split(/\s+/),
  );
}

describe("pipelines", () => {
  it("are there for registries and for applications on each build server", () => {
    const expected = ["github-actions", "gitlab-ci", "jenkins"].flatMap((server) => [`${server}/application`, `${server}/infrastructure`]);
    assert.deepEqual(files.map((path) => path.replace(/\..*$/, "")).sort(), expected);
  });

  for (const path of files.filter((name) => name.includes("infrastructure"))) {
    it(`${path} calls what the command line has`, () => {
      const called = commandsIn(text(path));
      for (const command of ["preview", "compliance", "up", "drift", "verify"])
        assert.ok(
          called.some(([name]) => name === command),
          `${command} is not called`,
        );
      for (const [name = "", ...words] of called) {
        const command = buildProgram().commands.find((each) => each.name() === name);
        assert.ok(command !== undefined, `there is no command ${name}`);
        const { operands, unknown } = command.exitOverride().parseOptions(words);
        assert.deepEqual(unknown, [], `${name} ${words.join(" ")}`);
        assert.equal(operands.length, 1, `${name} ${words.join(" ")}`);
      }
    });
  }

  for (const path of files.filter((name) => name.includes("application"))) {
    it(`${path} scans before it pushes, pushes under the naming scheme, and signs the digest`, () => {
      const content = text(path);
      const at = (what: RegExp): number => content.search(what);
      const scan = at(/trivy image --exit-code 1 --severity HIGH,CRITICAL|grype .* --fail-on high/);
      const push = at(/docker push/);
      assert.ok(scan > at(/docker build/) && push > scan && at(/cosign sign .*RepoDigests/) > push);
      assert.match(content, /:\$\{?PROJECT\}?-\$\{?TARGET\}?-\$/);
      assert.match(content, /--password-stdin/);
    });
  }

  it("of GitHub are YAML, and production waits for its environment's reviewers, behind staging", () => {
    const { on, jobs } = parse(text("github-actions/infrastructure.yml")) as {
      on: object;
      jobs: Record<string, { environment: string; needs?: string; if: string }>;
    };
    assert.ok("pull_request" in on && "schedule" in on);
    assert.deepEqual(Object.keys(jobs), ["preview", "dev", "staging", "production", "nightly"]);
    assert.deepEqual([jobs["production"]?.environment, jobs["production"]?.needs], ["production", "staging"]);
    assert.ok(parse(text("github-actions/application.yml")));
  });

  it("of GitLab are YAML, and production is started by hand", () => {
    const jobs = parse(text("gitlab-ci/infrastructure.gitlab-ci.yml")) as Record<string, { rules: { when?: string }[]; stage: string }>;
    assert.deepEqual(
      ["dev", "staging", "production"].map((name) => jobs[name]?.rules.map(({ when = "always" }) => when)),
      [["always"], ["always"], ["manual"]],
    );
    assert.ok(parse(text("gitlab-ci/application.gitlab-ci.yml")));
  });

  it("of Jenkins close what they open, and production asks first", () => {
    for (const path of files.filter((name) => name.endsWith("Jenkinsfile"))) {
      const count = (what: RegExp): number => text(path).match(what)?.length ?? 0;
      assert.equal(count(/\{/g), count(/\}/g), path);
    }
    assert.match(text("jenkins/infrastructure.Jenkinsfile"), /stage\('Production'\) \{[^]*?input \{[^]*?up production/);
  });
});

describe("examples for other tools", () => {
  const examples = resolve(directory, "..");

  for (const path of ["ansible-clients/install-clients.yml", "terraform-outputs/main.tf"]) {
    it(`${path} calls what the command line has`, () => {
      const content = readFileSync(join(examples, path), "utf8").replace(/\[npx, ha-registry, ([^\]]*)\]/g, (_, words: string) => {
        return `npx ha-registry ${words.replaceAll(",", "")}`;
      });
      const outputs = buildProgram().commands.find((each) => each.name() === "outputs");
      assert.ok(outputs !== undefined);
      const called = commandsIn(content.replaceAll("{{ registry_environment }}", "production"));
      assert.ok(called.length > 0);
      for (const [name, ...words] of called) {
        assert.equal(name, "outputs");
        const plain = words.map((word) => word.replace(/[`)]*$/, ""));
        assert.deepEqual(outputs.exitOverride().parseOptions(plain).unknown, [], words.join(" "));
      }
    });
  }

  it("the playbook is read as two plays, and writes files that all may read and root alone may change", () => {
    const plays = parse(readFileSync(join(examples, "ansible-clients/install-clients.yml"), "utf8")) as {
      tasks: Record<string, unknown>[];
    }[];
    assert.equal(plays.length, 2);
    assert.deepEqual(
      plays.flatMap(({ tasks }) => tasks.flatMap((task) => Object.keys(task).filter((key) => key.startsWith("ansible.")))),
      ["ansible.builtin.command", "ansible.builtin.file", "ansible.builtin.copy"],
    );
  });
});
