/** One file of a source tree, with what the rules of the house look at. Paths are relative, with `/`. */
export interface SourceFile {
  readonly path: string;
  readonly lines: number;
  /** Files of the same tree that this one imports or re-exports, types included. */
  readonly imports: readonly string[];
  /** Relative imports that lead to no file of the tree. */
  readonly unresolved: readonly string[];
  readonly exports: readonly string[];
  /** True when the file holds nothing but `export … from`. */
  readonly onlyReexports: boolean;
}
