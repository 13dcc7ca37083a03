import { runChecked } from "../command";

/** Docker objects that carry the library's label: what each is and is called, by identity. */
export type Leftovers = ReadonlyMap<string, string>;

const LISTS = [
  { kind: "container", args: ["ps", "--all", "--no-trunc", "--format", "{{.ID}} {{.Names}}"] },
  { kind: "network", args: ["network", "ls", "--no-trunc", "--format", "{{.ID}} {{.Name}}"] },
  { kind: "volume", args: ["volume", "ls", "--format", "{{.Name}} {{.Name}}"] },
] as const;

/** All containers, networks and volumes with the label `ha-registry`. */
export async function leftovers(): Promise<Leftovers> {
  const found = new Map<string, string>();
  for (const { kind, args } of LISTS) {
    const { stdout } = await runChecked("docker", [...args, "--filter", "label=ha-registry"]);
    for (const line of stdout.split("\n").filter((each) => each !== "")) {
      const [id, name] = line.split(" ");
      found.set(`${kind} ${id}`, `${kind} ${name}`);
    }
  }
  return found;
}
