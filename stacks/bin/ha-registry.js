#!/usr/bin/env node
const { homedir } = require("node:os");
const { join } = require("node:path");

// Pulumi's SDK takes 0.2 s less to load where Node keeps what it compiled.
const cache = process.env.HA_REGISTRY_CACHE || join(homedir(), ".cache", "ha-registry");
require("node:module").enableCompileCache?.(join(cache, "compiled"));

const { main } = require("../dist/cli/main.js");

main(process.argv.slice(2)).then((code) => {
  process.stdout.write("", () => process.exit(code)); // what was printed first has to be out
});
