import * as docker from "@pulumi/docker";
import * as pulumi from "@pulumi/pulumi";
import { contentPath, filesDirectory } from "ha-registry-core";
import type { Topology } from "ha-registry-core";
import { labels } from "./container";
import { childOptions } from "./hosts";
import type { PartOptions } from "./hosts";

/** Arguments of `Files`. */
export interface FilesArgs {
  /** The resolved registry. */
  topology: Topology;
  /** The part that the files are for, as `redis`. */
  part: string;
  /** Name of the host that they are for. @default - the only one */
  host?: string;
  /** Number of the user and group that own the files; nobody else may read them. */
  owner: number;
  /** Files without secrets, by name: their changes are readable in a preview. @default - none */
  plain?: Record<string, pulumi.Input<string>>;
  /** Files with secrets, by name. @default - none */
  secret?: Record<string, pulumi.Input<string>>;
  /** Names of plain files whose path stands in `/files/<name>`, for processes that look for changes themselves. @default - none */
  pointedTo?: string[];
  /**
   * Random text that paths of files with secrets follow from, too: without it a path tells the digest of a password that a person chose, to
   * everyone who may try all others. @default - none: each file holds 128 random bits at the least
   */
  salt?: pulumi.Input<string>;
  /** Files with secrets that a running process reads again and again, by name. @default - none */
  reread?: Record<string, pulumi.Input<string>>;
}

/**
 * Files for containers whose root is read-only. They are uploaded into a volume, below a directory named after their content, by a
 * container that never runs: no process ever reads a file while it is written, and a changed file has a changed path, which is what
 * makes Pulumi roll the containers that name it.
 *
 * Plain and secret files take separate containers, since one secret hides the whole list in a preview. A change uploads all files of its
 * container again, the unchanged ones too, and Docker removes a file before it writes it: what is read at run time (the registry looks at
 * its password file at every request, and refuses the request when there is none) has a container of its own, which changes with the file
 * alone.
 */
export class Files extends pulumi.ComponentResource {
  /** Name of the volume; it is mounted at `/files`. */
  readonly volumeName: pulumi.Output<string>;
  /** Path of each file, by its name. */
  readonly paths: pulumi.Output<Record<string, string>>;

  constructor(name: string, args: FilesArgs, opts?: PartOptions) {
    super("ha-registry-docker:index:Files", name, {}, opts);
    const { topology, part, host = "", owner, plain = {}, pointedTo = [], secret = {}, reread = {}, salt = "" } = args;
    const child = childOptions({ parent: this, hostProviders: opts?.hostProviders }, host);

    const volume = new docker.Volume(
      name,
      { name, labels: labels(topology, part) },
      { ...child, ignoreChanges: ["labels"] }, // labels of a volume cannot change without losing it
    );

    const upload = (
      suffix: string,
      files: Record<string, pulumi.Input<string>>,
      ignoreChanges: string[],
      salted: pulumi.Input<string> = "",
    ): void => {
      if (Object.keys(files).length === 0) return;
      new docker.Container(
        `${name}-${suffix}`,
        {
          name: `${name}-${suffix}`,
          image: topology.images.registry,
          start: false,
          mustRun: false,
          networkMode: "none",
          labels: labels(topology, part),
          mounts: [{ type: "volume", source: volume.name, target: "/files" }],
          uploads: Object.entries(files)
            .flatMap(([file, content]) => uploadsOf(file, content, salted, pointedTo.includes(file)))
            .map((each) => ({ ...each, owner: String(owner), group: String(owner), permissions: "0400" })),
        },
        { ...child, deleteBeforeReplace: true, ignoreChanges },
      );
    };
    upload("plain", plain, ["image"]); // any image will do, and a new one is no reason to upload again
    upload("secret", secret, ["image"], salt);
    for (const [file, content] of Object.entries(reread)) upload(file, { [file]: content }, ["image", "labels"]);

    this.volumeName = volume.name;
    // A path tells the digest of a file that holds, together with the salt, at least 128 random bits, or no secret at all.
    this.paths = pulumi.unsecret(
      pulumi
        .all([{ ...plain, ...secret, ...reread }, salt])
        .apply(([contents, random]) =>
          Object.fromEntries(
            Object.entries(contents).map(([file, text]) => [file, contentPath(file, file in secret ? `${random}${text}` : text)]),
          ),
        ),
    );
    this.registerOutputs({ volumeName: this.volumeName, paths: this.paths });
  }
}

/** A file below a directory named after its content, and the file that points to it. */
function uploadsOf(name: string, content: pulumi.Input<string>, salt: pulumi.Input<string>, isPointedTo: boolean) {
  const path = pulumi.unsecret(pulumi.all([content, salt]).apply(([text, random]) => contentPath(name, `${random}${text}`)));
  return [{ file: path, content }, ...(isPointedTo ? [{ file: `${filesDirectory}/${name}`, content: path }] : [])];
}

/** Paths of files by their names, before there is a `Files`; each tells the digest of a file that holds at least 128 random bits, or no secret at all. */
export function pathsOf(files: Record<string, pulumi.Input<string>>): pulumi.Output<Record<string, string>> {
  return pulumi.unsecret(
    pulumi
      .all(files)
      .apply((contents) => Object.fromEntries(Object.entries(contents).map(([name, content]) => [name, contentPath(name, content)]))),
  );
}

/** The path of one file of a `Files`. */
export function pathOf(files: Files, name: string): pulumi.Output<string> {
  return files.paths.apply((paths) => paths[name] ?? "");
}

/** Environment that makes programs of Go trust certificates besides the system's, those in the files of these names; none where there are no names. */
export function trustedBesides(files: Files, names: readonly string[]): pulumi.Output<string>[] {
  if (names.length === 0) return [];
  const directories = names.map((name) => pathOf(files, name).apply((path) => path.slice(0, path.lastIndexOf("/"))));
  return [pulumi.all(directories).apply((all) => `SSL_CERT_DIR=${all.join(":")}`)];
}
