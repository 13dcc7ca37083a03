import { balancerTls } from "ha-registry-policy-docker/dist/security/balancer-tls";
import { testPolicy, unknown, node } from "../../support/judge";

const ports = [
  { internal: 80, external: 80 },
  { internal: 443, external: 443 },
];

function haproxy(lines: string) {
  const content = `frontend clients\n  ${lines}\n  default_backend b\nbackend b\n  server a r:5000\n`;
  return { properties: { image: "haproxy:3.0", ports, uploads: [{ file: "/haproxy.cfg", content }] } };
}

function nginx(directives: string) {
  return { properties: { image: "nginx:1.29", ports, uploads: [{ file: "/nginx.conf", content: `http { server { ${directives} } }` }] } };
}

testPolicy(balancerTls, {
  compliant: [
    { what: "HAProxy with a certificate", plan: [haproxy("bind :443 ssl crt /c.pem")] },
    {
      what: "HAProxy that sends clients to https",
      plan: [haproxy("bind :80\n  bind :443 ssl crt /c\n  http-request redirect scheme https unless { ssl_fc }")],
    },
    { what: "a port that is not published", plan: [haproxy("bind :443 ssl crt /c\nfrontend store\n  bind :3900\n  default_backend b")] },
    { what: "nginx with a certificate", plan: [nginx("listen 443 ssl; location / { proxy_pass http://r:5000; }")] },
    {
      what: "nginx that sends clients to https",
      plan: [nginx("listen 80; return 301 https://$host$request_uri; } server { listen 443 ssl; location / { proxy_pass http://r; }")],
    },
    { what: "a registry on the host alone", plan: [node({ ports: [{ internal: 5000, external: 5000, ip: "127.0.0.1" }] })] },
    { what: "a registry with a certificate", plan: [node({ ports: [{ internal: 5000 }], envs: ["REGISTRY_HTTP_TLS_CERTIFICATE=/c"] })] },
  ],
  violating: [
    { what: "HAProxy in clear", plan: [haproxy("bind *:80")], reports: [/^box: .*bind \*:80/] },
    { what: "nginx in clear", plan: [nginx("listen 80; location / { proxy_pass http://r:5000; }")], reports: [/^box: .*listen 80/] },
    {
      what: "the registry itself",
      plan: [node({ ports: [{ internal: 5000, external: 5000 }] })],
      reports: [/port of the registry itself/],
    },
  ],
  undefinedProperty: [
    { what: "no files, no ports", plan: [node()] },
    {
      what: "a file that is not known yet",
      plan: [{ properties: { image: "haproxy:3.0", uploads: [{ file: "/h.cfg", content: unknown }] } }],
    },
    {
      what: "a registry whose file is not known yet",
      plan: [node({ ports: [{ internal: 5000 }], uploads: [{ file: "/c.yml", content: unknown }] })],
    },
  ],
});
