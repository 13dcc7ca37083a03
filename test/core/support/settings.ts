import fc from "fast-check";
import type { RegistrySecrets, RegistrySettings } from "ha-registry-core";
import { hostileText } from "./shapes";

const some: { requiredKeys: [] } = { requiredKeys: [] };
const whole = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const url = fc.constantFrom("https://registry-1.docker.io", "http://hook.example:8080/events", "https://[2001:db8::1]/");
const receiver = fc.stringMatching(/^[a-z][a-z0-9]{0,6}$/);
const headerName = fc.stringMatching(/^[A-Za-z][A-Za-z0-9-]{0,12}$/);
const headers = fc.dictionary(headerName, fc.array(fc.stringMatching(/^[\x20-\x7e]{0,30}$/), { maxLength: 2 }), { maxKeys: 3 });

/** YAML that a user may merge over the rest, by what it should lead to. */
const extraConfig = fc.constantFrom(
  "",
  "# nothing",
  "log: { level: debug }",
  "storage: { maintenance: { readonly: { enabled: yes } } }",
  'http: { headers: { X-Own: ["a: b"] } }',
  "health: { storagedriver: { threshold: 5 } }",
  "catalog:\n  maxentries: 0x10\n",
);
const brokenExtraConfig = fc.constantFrom(
  "- a",
  "a: [",
  "a: b: c",
  "a: 1\na: 2",
  "a: &a [*a]",
  "text",
  "a: !foo b",
  "---\na: 1\n---\nb: 2",
  "a:\n\t- b",
);

/** Settings of which most are to be let in. */
export const anySettings: fc.Arbitrary<RegistrySettings> = fc.record(
  {
    deleteEnabled: fc.constant(true),
    readOnly: fc.boolean(),
    uploadPurgeAgeHours: whole(1, 1000),
    uploadPurgeIntervalHours: fc.oneof({ weight: 20, arbitrary: whole(1, 100) }, { weight: 1, arbitrary: fc.constantFrom(0, 1.5, NaN) }),
    catalogMaxEntries: whole(1, 10_000),
    maxTags: whole(1, 10_000),
    tagConcurrencyLimit: whole(1, 100),
    proxy: fc.record(
      { remoteUrl: fc.oneof({ weight: 20, arbitrary: url }, { weight: 1, arbitrary: hostileText }), ttlHours: whole(0, 1000) },
      { requiredKeys: ["remoteUrl"] },
    ),
    notifications: fc.dictionary(
      receiver,
      fc.record(
        {
          url,
          timeoutMilliseconds: whole(1, 1000),
          threshold: whole(1, 10),
          backoffSeconds: whole(1, 60),
          ignoredMediaTypes: fc.array(fc.constantFrom("application/octet-stream", "application/vnd.oci.image.manifest.v1+json"), {
            maxLength: 2,
          }),
          ignoredActions: fc.array(fc.constantFrom("pull", "push", "mount", "delete"), { maxLength: 2 }),
        },
        { requiredKeys: ["url"] },
      ),
      { maxKeys: 3 },
    ),
    headers,
    extraConfig: fc.oneof({ weight: 20, arbitrary: extraConfig }, { weight: 1, arbitrary: brokenExtraConfig }),
  },
  some,
);

/** A secret as a generator or a person makes it: any line of text. */
const secret = fc.oneof(
  fc.stringMatching(/^[\x21-\x7e]{1,40}$/),
  fc.constantFrom('p"w', "it's", "yes", "0777", "a: b # c", "grüße \u{1f600}", "\\n", "{{a}}", "${HOME}"),
);

/** Secrets that fit whatever the topology asks for; headers of receivers are added by who knows the receivers. */
export const anySecrets: fc.Arbitrary<RegistrySecrets> = fc.oneof(
  fc.record({ httpSecret: secret, redisPassword: secret }),
  fc.record({
    httpSecret: secret,
    redisPassword: secret,
    redisSentinelPassword: secret,
    s3AccessKey: secret,
    s3SecretKey: secret,
    proxyUsername: secret,
    proxyPassword: secret,
  }),
);
