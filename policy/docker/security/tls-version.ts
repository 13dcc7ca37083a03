import { haproxySections, mlps, nginxServers, PolicyGroup, type Finding } from "ha-registry-policy-common";
import { filesOf, registryConfigurations } from "../configurations";
import { containersPolicy } from "../container-policy";

const HAPROXY_OLD = /(?:ssl-min-ver|ssl-max-ver)\s+(?:SSLv3|TLSv1\.[01])(?:\s|$)|force-(?:sslv3|tlsv1[01])(?:\s|$)/;
const NGINX_OLD = /^ssl_protocols\s.*(?:SSLv[23]|TLSv1(?:\.1)?(?:\s|$))/;

/** Versions of TLS that are broken: RFC 8996. */
export const tlsVersion = containersPolicy(
  {
    name: "tls-version",
    group: PolicyGroup.Security,
    description: "Nothing serves a version of TLS older than 1.2.",
    reason: "TLS 1.0 and 1.1 are forbidden since RFC 8996: their hashes can be forged (SLOTH), their block ciphers read (BEAST, Lucky 13).",
    severity: "high",
    enforcementLevel: "mandatory",
    mend: "HAProxy: `ssl-default-bind-options ssl-min-ver TLSv1.2`; nginx: `ssl_protocols TLSv1.2 TLSv1.3`; the registry: `http.tls.minimumtls: tls1.2`.",
    controls: [mlps("8.1.4.7"), mlps("8.1.4.8")],
  },
  (containers) => [
    ...filesOf(containers).flatMap(({ container, content }) => {
      const lines = haproxySections(content)
        .flatMap((section) => section.lines)
        .filter((line) => HAPROXY_OLD.test(line));
      const directives =
        nginxServers(content).length === 0
          ? []
          : content
              .split(/[;{}]/)
              .map((text) => text.trim())
              .filter((text) => NGINX_OLD.test(text));
      return [...lines, ...directives].map((line): Finding => ({
        message: `serves versions of TLS older than 1.2 (${line}): begin at TLSv1.2`,
        about: container,
      }));
    }),
    ...registryConfigurations(containers)
      .filter(({ configuration }) => /^tls1\.[01]$/.test(configuration.http?.tls?.minimumtls ?? ""))
      .map(({ file }): Finding => ({
        message: "serves versions of TLS older than 1.2: set `http.tls.minimumtls: tls1.2`",
        about: file.container,
      })),
  ],
);
