export * from "./cache";
export * from "./clients";
export * from "./command";
export * from "./docker-engine";
export * from "./engine";
export * from "./images";
export * from "./lock";
export * from "./progress";
