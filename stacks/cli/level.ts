/** How good or bad something is. */
export enum Level {
  /** As it should be. */
  Ok = "ok",
  /** Not wrong, and to be thought about. */
  Attention = "attention",
  /** To be mended. */
  Wrong = "wrong",
}
