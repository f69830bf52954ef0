import { BuildError } from './failure.ts';

/** The error of a file of the project, or a build, that asks for something that cannot be. Apart, so that the guest program is without it. */
export function refuse(message: string, hint?: string): BuildError {
  return new BuildError({ kind: 'configuration', message, hint });
}
