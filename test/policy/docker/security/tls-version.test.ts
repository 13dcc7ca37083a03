import { tlsVersion } from "ha-registry-policy-docker/dist/security/tls-version";
import { testPolicy, unknown } from "../../support/judge";

function upload(content: string) {
  return { uploads: [{ file: "/file", content }] };
}

testPolicy(tlsVersion, {
  compliant: [
    {
      what: "HAProxy",
      plan: upload("global\n  ssl-default-bind-options ssl-min-ver TLSv1.2\nfrontend a\n  bind :443 ssl crt /c ssl-min-ver TLSv1.3\n"),
    },
    { what: "nginx", plan: upload("server { listen 443 ssl; ssl_protocols TLSv1.2 TLSv1.3; }") },
    { what: "the registry", plan: upload("version: 0.1\nstorage: {}\nhttp: { tls: { minimumtls: tls1.2 } }\n") },
  ],
  violating: [
    {
      what: "HAProxy",
      plan: upload("global\n  ssl-default-bind-options ssl-min-ver TLSv1.0\nfrontend a\n  bind :443 ssl crt /c\n"),
      reports: [/ssl-min-ver TLSv1\.0/],
    },
    { what: "nginx", plan: upload("server { listen 443 ssl; ssl_protocols TLSv1 TLSv1.2; }"), reports: [/ssl_protocols/] },
    { what: "the registry", plan: upload("version: 0.1\nstorage: {}\nhttp: { tls: { minimumtls: tls1.1 } }\n"), reports: [/minimumtls/] },
  ],
  undefinedProperty: [
    { what: "no files", plan: {} },
    { what: "the defaults of all three", plan: upload("frontend a\n  bind :443 ssl crt /c\n") },
    { what: "not known yet", plan: upload(unknown) },
  ],
});
