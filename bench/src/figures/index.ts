import type { Figure } from "../bench";
import { authentication } from "./authentication";
import { backup } from "./backup";
import { firstPull } from "./first-pull";
import { garage } from "./garage";
import { garbageCollection } from "./garbage-collection";
import { kubernetes } from "./kubernetes";
import { latency } from "./latency";
import { link } from "./link";
import { memory } from "./memory";
import { monitoring } from "./monitoring";
import { packageCost } from "./package";
import { policy } from "./policy";
import { policyPacks } from "./policy-packs";
import { program } from "./program";
import { pull } from "./pull";
import { push } from "./push";
import { sentinel } from "./sentinel";
import { verify } from "./verify";
import { virtualAddress } from "./virtual-address";

/** All figures, in the order of the table. */
export const figures: readonly Figure[] = [
  pull,
  link,
  push,
  latency,
  authentication,
  program,
  policy,
  policyPacks,
  kubernetes,
  firstPull,
  packageCost,
  garage,
  garbageCollection,
  backup,
  verify,
  monitoring,
  sentinel,
  virtualAddress,
  memory,
];
