import { once } from "node:events";
import net from "node:net";
import type { AddressInfo } from "node:net";
import tls from "node:tls";
import type { KeyPair } from "./authority";

/** A mail as it was taken. */
export interface Mail {
  /** User and password, as the client gave them; only over TLS. */
  login: string;
  /** Addresses that it is for. */
  recipients: string[];
  /** Headers and text. */
  content: string;
}

/** A mail server: takes mail after STARTTLS and AUTH PLAIN, and keeps it. */
export class MailServer {
  readonly mails: Mail[] = [];

  private constructor(private readonly server: net.Server) {}

  /** Starts to listen on this machine, with the certificate of `localhost`. */
  static async start({ certificatePem, privateKeyPem }: KeyPair): Promise<MailServer> {
    const server = net.createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const mailServer = new MailServer(server);
    const secureContext = tls.createSecureContext({ cert: certificatePem, key: privateKeyPem });
    server.on("connection", (socket) => {
      socket.on("error", () => socket.destroy());
      mailServer.#greet(socket, secureContext);
    });
    return mailServer;
  }

  /** `host:port`. */
  get address(): string {
    return `localhost:${(this.server.address() as AddressInfo).port}`;
  }

  /** Listens no more. */
  async end(): Promise<void> {
    this.server.close();
    await once(this.server, "close");
  }

  /** Before TLS there is nothing but STARTTLS. */
  #greet(socket: net.Socket, secureContext: tls.SecureContext): void {
    socket.write("220 localhost\r\n");
    const listener = (chunk: Buffer): void => {
      const command = chunk.toString("utf8").trim().toUpperCase();
      if (command !== "STARTTLS") {
        socket.write(command.startsWith("EHLO") ? "250-localhost\r\n250 STARTTLS\r\n" : "530 STARTTLS first\r\n");
        return;
      }
      socket.off("data", listener);
      socket.write("220 go on\r\n");
      const encrypted = new tls.TLSSocket(socket, { isServer: true, secureContext });
      encrypted.on("error", () => encrypted.destroy());
      this.#converse(encrypted);
    };
    socket.on("data", listener);
  }

  #converse(socket: tls.TLSSocket): void {
    const mail: Mail = { login: "", recipients: [], content: "" };
    let rest = "";
    let inContent = false;
    socket.on("data", (chunk: Buffer) => {
      const lines = (rest + chunk.toString("utf8")).split("\r\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (!inContent) {
          inContent = line === "DATA";
          socket.write(answerTo(line, mail));
        } else if (line === ".") {
          inContent = false;
          this.mails.push({ ...mail });
          socket.write("250 taken\r\n");
        } else mail.content += `${line}\n`;
      }
    });
  }
}

function answerTo(line: string, mail: Mail): string {
  const [, plain] = /^AUTH PLAIN (\S+)$/.exec(line) ?? [];
  const [, recipient] = /^RCPT TO:<([^>]*)>/.exec(line) ?? [];
  if (plain !== undefined) mail.login = Buffer.from(plain, "base64").toString("utf8").split("\0").slice(1).join(" ");
  if (recipient !== undefined) mail.recipients.push(recipient);
  if (line.startsWith("EHLO")) return "250-localhost\r\n250 AUTH PLAIN\r\n";
  if (plain !== undefined) return "235 welcome\r\n";
  return line === "DATA" ? "354 go on\r\n" : line === "QUIT" ? "221 bye\r\n" : "250 ok\r\n";
}
