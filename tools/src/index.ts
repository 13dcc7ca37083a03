export * from "./clients";
export * from "./images";
