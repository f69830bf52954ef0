/** The trouble with imports below a folder, or undefined. */
export function importRules(projectFolder: string, cruisedFolder?: string, folders?: readonly string[]): Promise<string | undefined>;

export function folderCycles(mayImport: { readonly [folder: string]: readonly string[] }, moving?: readonly string[]): readonly string[];

/** Which directories of the pipeline each of them may import. */
export function mayImport(projectFolder: string): { readonly [folder: string]: readonly string[] };
