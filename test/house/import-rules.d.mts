/** The trouble with imports below a folder, or undefined. */
export function importRules(projectFolder: string, cruisedFolder?: string, folders?: readonly string[]): Promise<string | undefined>;
