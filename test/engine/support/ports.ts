import { once } from "node:events";
import net from "node:net";

/**
 * Where tests take their ports: well below those that the kernel gives to outgoing connections (32768 and up, unless told otherwise). One
 * of the latter may be free when it is looked for, and taken by anybody's connection before Docker binds it.
 */
const firstPort = 10_000;
const portCount = 10_000;

/** Test files may run at the same time: each process begins somewhere else, and goes on from there. */
const portsPerProcess = 100;
let next = (process.pid * portsPerProcess) % portCount;

/**
 * The first of `count` TCP ports in a row that nobody listens on. No two calls of a process are given the same ones.
 *
 * @throws {Error} when there are none.
 */
export async function freePorts(count: number): Promise<number> {
  for (let tried = 0; tried < portCount; tried += count) {
    if (next + count > portCount) next = 0;
    const first = firstPort + next;
    next += count;
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isFree(first + index)));
    if (free.every(Boolean)) return first;
  }
  throw new Error(`no ${count} free ports in a row from ${firstPort} to ${firstPort + portCount - 1}`);
}

/** Listens on a port of all addresses, as a foreign process would. */
export async function listen(port: number): Promise<net.Server> {
  const server = net.createServer().listen(port, "0.0.0.0");
  await once(server, "listening");
  return server;
}

async function isFree(port: number): Promise<boolean> {
  try {
    await close(await listen(port));
    return true;
  } catch {
    return false;
  }
}

async function close(server: net.Server): Promise<void> {
  server.close();
  await once(server, "close");
}
