/**
 * How images have to be named. Manifests that are pushed under other names are refused with 400 and what is expected; nothing that is
 * there already is touched, and pulls are never refused. Tags that stand for signatures and attestations (`sha256-…`) and digests always fit.
 */
export interface NamingShape {
  /**
   * Regular expression (PCRE) that all of a tag has to fit.
   * @default - `<project>-<environment>-<version>`, as `shop-prod-1.4.2`, with the environments of `environments`
   */
  tags?: string;
  /** What stands between project and version where `tags` is not given. @default ["dev", "test", "staging", "prod"] */
  environments?: string[];
  /** Regular expression (PCRE) that all of a repository's name has to fit, as `team/.+`. @default - any */
  repositories?: string;
  /** Repositories in which every name fits; `*` stands for any characters. @default - none */
  exempt?: string[];
  /** What a refused client is told besides, as where the rule is written down. @default - none */
  hint?: string;
}
