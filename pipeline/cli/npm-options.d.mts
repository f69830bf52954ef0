/** A command whose options did not arrive. */
export interface MeantCommand {
  /** The options that npm kept, with their dashes. */
  readonly names: readonly string[];
  /** The line to type instead. */
  readonly command: string;
}

export function meantCommand(started: {
  /** The name of the script of package.json. */
  readonly script: string;
  /** The words that arrived. */
  readonly argv: readonly string[];
  /** Gives the kind of each option that the script, or a script beside it, has; asked only where npm kept something. */
  readonly readOptions: () => Promise<{ readonly [name: string]: 'string' | 'boolean' }>;
  readonly env: NodeJS.ProcessEnv;
  readonly projectFolder: string;
}): Promise<MeantCommand | undefined>;
