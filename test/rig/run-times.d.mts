/** Test files that take long, the longest first. */
export declare const LONGEST: readonly string[];
/** A line for each stage, then one for each of the files that took longest. */
export declare function timesTable(stages: readonly { readonly name: string; readonly seconds: number }[], files: readonly { readonly source: string; readonly seconds: number }[]): string;
/** Test files with those of `longest` first, in its order. */
export declare function longestFirst(files: readonly string[], longest: readonly string[]): readonly string[];
