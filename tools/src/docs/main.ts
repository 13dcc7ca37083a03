import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { renderPages } from "./pages";

/** `node tools/dist/docs/main.js` writes the pages that follow from sources. */
const repository = resolve(__dirname, "../../..");
for (const [path, text] of Object.entries(renderPages(repository))) writeFileSync(join(repository, path), text);
