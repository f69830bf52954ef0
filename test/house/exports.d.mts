/** Folders that are left out, each with the reason. */
export const NOT_YET: { readonly [folder: string]: string };
/** What is wrong with the exports of a project, one line each. */
export function unusedExports(projectFolder: string, notYet?: { readonly [folder: string]: string }): readonly string[];
