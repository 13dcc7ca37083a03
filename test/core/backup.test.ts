import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { describe, it } from "node:test";
import { ImageName, imagesOf, renderBackupScript, renderTargetRemote, resolveTopology } from "ha-registry-core";
import type { BackupShape, BackupTopology, RegistryShape } from "ha-registry-core";
import { problemsOf } from "./support/problems";

const bucket: BackupShape = { targets: { far: { s3: { bucket: "copies", endpoint: "https://far.example:9000" } } } };

function resolved(backup: BackupShape, shape: RegistryShape = {}): BackupTopology {
  const topology = resolveTopology("team", { subnet: "10.200.7.0/24", ...shape, backup });
  assert.ok(topology.backup);
  return topology.backup;
}

/** Fields with problems, and the first words of each. */
function problems(backup: BackupShape): Record<string, string> {
  return Object.fromEntries(problemsOf(() => resolveTopology("team", { backup })).map(({ path, message }) => [path, message]));
}

describe("backups", () => {
  it("are made every hour, and points kept for two days, a month and a year", () => {
    const { targets, address, port, host } = resolved(bucket);
    assert.deepEqual([address, port, host], ["10.200.7.93", 5008, ""]);
    assert.deepEqual(targets, [
      {
        name: "far",
        s3: {
          bucket: "copies",
          endpoint: "https://far.example:9000",
          region: "us-east-1",
          forcePathStyle: true,
          prefix: "team",
          storageClass: "STANDARD",
        },
        startsAtMinute: 60,
        everyMinutes: 60,
        keepHours: 48,
        keepDays: 30,
        keepMonths: 12,
        prune: true,
      },
    ]);
  });

  it("need rclone's image", () => {
    assert.ok(imagesOf(resolveTopology("team", { backup: bucket })).includes(ImageName.Rclone));
    assert.ok(!imagesOf(resolveTopology("team", {})).includes(ImageName.Rclone));
  });

  it("are refused with every problem at once", () => {
    const found = problems({
      targets: {
        Far: { s3: { bucket: "copies" } },
        both: { s3: { bucket: "copies" }, directory: "/mnt" },
        none: {},
        odd: {
          s3: { bucket: "C", prefix: "/x", storageClass: "DEEP_ARCHIVE" },
          startsAt: "25:00",
          everyMinutes: 7,
          keepDays: -1,
          bandwidth: "10M'; rm",
        },
        relative: { directory: "mnt" },
      },
    });
    assert.deepEqual(Object.keys(found).sort(), [
      "backup.targets.Far",
      "backup.targets.both",
      "backup.targets.none",
      "backup.targets.odd.bandwidth",
      "backup.targets.odd.everyMinutes",
      "backup.targets.odd.keepDays",
      "backup.targets.odd.s3.bucket",
      "backup.targets.odd.s3.prefix",
      "backup.targets.odd.s3.storageClass",
      "backup.targets.odd.startsAt",
      "backup.targets.relative.directory",
    ]);
    assert.match(problems({ targets: {} })["backup.targets"] ?? "", /name at least one target/);
  });

  it("tell rclone of a bucket's keys only where there are any", () => {
    const [far] = resolved(bucket).targets;
    assert.ok(far);
    const withKeys = renderTargetRemote(far, { accessKey: "a", secretKey: "b" });
    assert.match(withKeys, /^\[backup-far\]\ntype = s3\n/);
    assert.match(withKeys, /^env_auth = false\naccess_key_id = a\nsecret_access_key = b$/m);
    assert.match(renderTargetRemote(far, {}), /^env_auth = true$/m);
    assert.throws(() => renderTargetRemote(far, { accessKey: "a\nb", secretKey: "c" }), TypeError);
  });

  it("are run by a script that a shell can read, with the settings of every target", () => {
    const script = renderBackupScript(
      resolved({
        targets: {
          ...bucket.targets,
          shelf: { directory: "/mnt/shelf", everyMinutes: 1440, prune: false, bandwidth: "08:00,1M 20:00,off" },
        },
      }),
    );
    const checked = spawnSync("sh", ["-n"], { input: script, encoding: "utf8" });
    assert.equal(checked.status, 0, checked.stderr);
    assert.match(script, /^ {2}far\) remote='backup-far:copies\/team' directory='' start='60' every='60' .* prune='1' limit='off' ;;$/m);
    assert.match(
      script,
      /^ {2}shelf\) remote='backup-shelf:\/backup\/shelf' directory='\/backup\/shelf' .* prune='' limit='08:00,1M 20:00,off' ;;$/m,
    );
  });

  it("do not depend on the order in which targets are given", () => {
    const shelf = { directory: "/mnt/shelf" };
    const { far } = bucket.targets;
    assert.ok(far);
    assert.equal(renderBackupScript(resolved({ targets: { far, shelf } })), renderBackupScript(resolved({ targets: { shelf, far } })));
  });
});
