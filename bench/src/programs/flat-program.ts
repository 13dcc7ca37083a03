import { obey } from "./child";
import { flat } from "./flat";

obey(({ name, flat: args }) => flat(name, args));
