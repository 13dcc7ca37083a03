import { runOrder } from "./child";
import { flat } from "./flat";

void runOrder(({ name, flat: args }) => flat(name, args));
