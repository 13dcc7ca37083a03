import { operations } from "./operations";
import { overview } from "./overview";
import { traffic } from "./traffic";

/** The dashboards, by the name of their file: JSON that Grafana provisions, and that anybody can import. */
export function buildDashboards(): Record<string, string> {
  return Object.fromEntries(
    [overview(), traffic(), operations()].map((builder) => {
      const built = builder.build();
      return [`${built.uid ?? ""}.json`, `${JSON.stringify(built, undefined, 2)}\n`];
    }),
  );
}
