import { once } from "node:events";
import net from "node:net";

/** The first of `count` TCP ports in a row that nobody listens on. */
export async function freePorts(count: number): Promise<number> {
  for (;;) {
    const server = await listen(0);
    const first = (server.address() as net.AddressInfo).port;
    await close(server);
    const free = await Promise.all(Array.from({ length: count }, (_, index) => isFree(first + index)));
    if (free.every(Boolean)) return first;
  }
}

/** Listens on a port of all addresses, as a foreign process would. */
export async function listen(port: number): Promise<net.Server> {
  const server = net.createServer().listen(port, "0.0.0.0");
  await once(server, "listening");
  return server;
}

async function isFree(port: number): Promise<boolean> {
  if (port > 65535) return false;
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
