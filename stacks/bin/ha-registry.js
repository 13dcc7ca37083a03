#!/usr/bin/env node
const { main } = require("../dist/cli/main.js");

main(process.argv.slice(2)).then((code) => {
  process.stdout.write("", () => process.exit(code)); // what was printed first has to be out
});
