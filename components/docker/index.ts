export * from "./access";
export * from "./certificates";
export * from "./files";
export * from "./load-balancer";
export * from "./object-store";
export * from "./redis";
export * from "./registry";
export * from "./registry-nodes";
