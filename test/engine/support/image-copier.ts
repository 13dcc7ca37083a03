import { spawn, type ChildProcessByStdio } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import type { Login } from "./clients";

/** A copy that is under way. */
interface Copy {
  succeed: () => void;
  fail: (error: Error) => void;
}

/** The program `tools/clients/image-copier`, begun with the first copy. */
export class ImageCopier {
  readonly #underWay = new Map<number, Copy>();
  #process: ChildProcessByStdio<Writable, Readable, null> | undefined;
  #last = 0;

  /** @param program Path of it. */
  constructor(
    private readonly program: string,
    private readonly login: Login,
  ) {}

  /**
   * Copies an image, with all attempts that regctl makes.
   *
   * @param from Reference as regctl takes it, `ocidir://path:tag` among them.
   * @throws {Error} with what the library says, when the last attempt failed.
   */
  async copy(from: string, to: string): Promise<void> {
    this.#process ??= this.#start();
    const { stdin } = this.#process;
    const id = ++this.#last;
    await new Promise<void>((resolve, reject) => {
      this.#underWay.set(id, { succeed: resolve, fail: reject });
      stdin.write(`${JSON.stringify({ id, from, to })}\n`);
    });
  }

  /** Ends the program; what is under way fails. */
  end(): void {
    this.#process?.kill();
  }

  #start(): ChildProcessByStdio<Writable, Readable, null> {
    const started = spawn(this.program, { stdio: ["pipe", "pipe", "inherit"] });
    const { authority, caCertificatePem, credentials } = this.login;
    started.stdin.on("error", () => undefined); // "close" tells of its end
    started.stdin.write(`${JSON.stringify({ authority, caCertificatePem, ...credentials })}\n`);
    createInterface(started.stdout).on("line", (line) => {
      const { id, error } = JSON.parse(line) as { id: number; error?: string };
      const copy = this.#underWay.get(id);
      this.#underWay.delete(id);
      if (error === undefined) copy?.succeed();
      else copy?.fail(new Error(error));
    });
    started.on("close", () => {
      this.#process = undefined;
      for (const { fail } of this.#underWay.values()) fail(new Error("image-copier ended"));
      this.#underWay.clear();
    });
    return started;
  }
}
