import { imageNaming } from "ha-registry-policy-docker/dist/supply-chain/image-naming";
import { testPolicy, unknown } from "../../support/judge";

function tag(targetImage: string) {
  return { type: "docker:index/tag:Tag", properties: { sourceImage: "shop:1", targetImage } };
}

testPolicy(imageNaming, {
  compliant: [
    { what: "as the guides say", plan: [tag("corp.example:5000/team/shop:shop-prod-1.4.2")] },
    { what: "a version", plan: [tag("shop:v1.4.2-alpine")] },
    { what: "a project of several words", plan: [tag("shop:web-shop-staging-2.0.0")] },
  ],
  violating: [
    { what: "latest", plan: [tag("corp.example:5000/shop:latest")], reports: [/"latest"/] },
    { what: "no tag", plan: [tag("corp.example:5000/shop")], reports: [/"latest"/] },
    { what: "an environment alone", plan: [tag("shop:prod")], reports: [/"prod"/] },
  ],
  undefinedProperty: [
    { what: "no name", plan: [{ type: "docker:index/tag:Tag", properties: {} }] },
    { what: "not known yet", plan: [tag(unknown)] },
  ],
  configured: [{ what: "a pattern of one's own", plan: [tag("shop:build-17")], configuration: { pattern: "^build-[0-9]+$" } }],
});
