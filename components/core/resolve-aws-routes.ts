import { checkNumber, isText } from "./checks";
import type { Problems } from "./errors";
import { Routing } from "./shape-aws-global";
import type { GlobalRegistryShape, RegionRoutingShape } from "./shape-aws-global";
import type { RouteTopology } from "./topology-aws-global";

/** Continents, as Route 53 writes them (API reference, GeoLocation). */
const continents = ["AF", "AN", "AS", "EU", "NA", "OC", "SA"];

/** Which record leads where. A record is called after what it is for, so that one that leads elsewhere is changed and not replaced: Route 53 takes no two for the same clients. */
export function resolveRoutes(shape: GlobalRegistryShape, names: readonly string[], problems: Problems): RouteTopology[] {
  const routing = shape.dns?.routing ?? Routing.Latency;
  for (const region of names) checkUse(routing, region, shape.regions[region]?.routing ?? {}, problems);
  switch (routing) {
    case Routing.Latency:
      return names.map((region) => ({ identifier: region, region }));
    case Routing.Weighted:
      return resolveWeights(shape, names, problems);
    case Routing.Geolocation:
      return resolveLocations(shape, names, problems);
  }
}

/** What is given has to have an effect. */
function checkUse(
  routing: Routing,
  region: string,
  { weight, continents: lands, countries }: RegionRoutingShape,
  problems: Problems,
): void {
  const at = `regions.${region}.routing`;
  problems.require(
    weight === undefined || routing === Routing.Weighted,
    `${at}.weight`,
    `has no effect with dns.routing "${routing}": leave one of them out`,
  );
  for (const [field, given] of Object.entries({ continents: lands, countries }))
    problems.require(
      given === undefined || routing === Routing.Geolocation,
      `${at}.${field}`,
      `has no effect with dns.routing "${routing}": leave one of them out`,
    );
}

function resolveWeights({ regions }: GlobalRegistryShape, names: readonly string[], problems: Problems): RouteTopology[] {
  const routes = names.map((region) => ({ identifier: region, region, weight: regions[region]?.routing?.weight ?? 1 }));
  for (const { region, weight } of routes)
    checkNumber(problems, `regions.${region}.routing.weight`, weight, { from: 0, to: 255, whole: true });
  problems.require(
    names.length === 0 || routes.some(({ weight }) => weight !== 0),
    "regions",
    "have all the weight 0, which Route 53 takes for equal shares: give one of them more",
  );
  return routes;
}

function resolveLocations({ regions, home }: GlobalRegistryShape, names: readonly string[], problems: Problems): RouteTopology[] {
  const routes: RouteTopology[] = [{ identifier: "default", region: home, country: "*" }];
  for (const region of names) {
    const { continents: lands = [], countries = [] } = regions[region]?.routing ?? {};
    const at = `regions.${region}.routing`;
    for (const [index, continent] of lands.entries()) {
      const known = continents.includes(continent);
      problems.require(known, `${at}.continents[${index}]`, `"${continent}" is not one of ${continents.join(", ")}`);
      // AF, AS, NA and SA are countries, too: Afghanistan, American Samoa, Namibia, Saudi Arabia.
      addRoute(routes, { identifier: `continent-${continent}`, region, continent }, `${at}.continents[${index}]`, problems);
    }
    for (const [index, country] of countries.entries()) {
      problems.require(isText(country, /^[A-Z]{2}$/), `${at}.countries[${index}]`, `"${country}" is not a country of ISO 3166, as DE`);
      addRoute(routes, { identifier: `country-${country}`, region, country }, `${at}.countries[${index}]`, problems);
    }
  }
  return routes;
}

function addRoute(routes: RouteTopology[], route: RouteTopology, path: string, problems: Problems): void {
  const other = routes.find(({ identifier }) => identifier === route.identifier);
  problems.require(
    other === undefined,
    path,
    `${route.continent ?? route.country} is ${other?.region}'s already, and Route 53 sends it to one region: leave one of them out`,
  );
  if (other === undefined) routes.push(route);
}
