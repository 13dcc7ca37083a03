export * from "./frameworks";
export * from "./known";
export * from "./policies";
export * from "./rule";
