import * as pulumi from "@pulumi/pulumi";
import type { Topology } from "ha-registry-core";
import { makeLogins } from "ha-registry-core/pulumi";

/** Arguments of `Access`. */
export interface AccessArgs {
  /** The resolved registry. */
  topology: Topology;
  /** Passwords by user, secrets; a user without one gets a generated password of 32 characters. @default - all generated */
  passwords?: Record<string, pulumi.Input<string>>;
}

/** The users and their passwords. */
export class Access extends pulumi.ComponentResource {
  /** Passwords by user, secret. */
  readonly passwords: pulumi.Output<Record<string, string>>;
  /** The registry's password file, secret. */
  readonly htpasswd: pulumi.Output<string>;

  constructor(name: string, args: AccessArgs, opts?: pulumi.ComponentResourceOptions) {
    super("ha-registry-docker:index:Access", name, {}, opts);
    const { access, monitoring } = args.topology;
    const users = [...access.users, ...(monitoring?.probe?.username === undefined ? [] : [monitoring.probe.username])];
    const { passwords, htpasswd } = makeLogins(name, users, args.passwords ?? {}, this);
    this.passwords = passwords;
    this.htpasswd = htpasswd;
    this.registerOutputs({});
  }
}
