import type { CloudConfig, WriteFile } from '../config/schema.ts';
import { isForConsole, writeGivenFile } from '../console/write-files.ts';
import type { Engine } from '../docker/engine.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';

/** One file for each container that was given its files in this start. */
const GIVEN = '/run/ros/given-files';

/** Puts into containers what is theirs, before they are started for the first time; gives sentences about what failed. */
export type Fill = (engine: Engine, containers: readonly string[]) => readonly string[];

/** The files of write_files that name a container, for containers that were made and do not run yet. */
export function fillWith(system: System, config: CloudConfig): Fill {
  const files = (config.write_files ?? []).filter((file) => !isForConsole(file));
  return (engine, containers) => {
    const theirs = files.filter(({ container = '' }) => containers.includes(container));
    const problems = theirs.flatMap((file) => {
      try {
        writeGivenFile(system, file, engine.dockerd.socket);
        return [];
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        return [error.message];
      }
    });
    if (theirs.length > 0) {
      const marks = [...new Set(theirs.map(({ container = '' }) => `${GIVEN}/${container}`))];
      run(system, ['sh', '-c', 'mkdir -p "$1" && shift && touch "$@"', 'ros', GIVEN, ...marks]);
    }
    return problems;
  };
}

/**
 * Those that no container got when it was made, because a datasource brought them later. Containers that have yet to be made get theirs
 * then.
 */
export function lateFiles(system: System, config: CloudConfig, toCome: (container: string) => boolean): WriteFile[] {
  return (config.write_files ?? []).filter(
    (file) =>
      !isForConsole(file) &&
      system.readText(`${GIVEN}/${file.container}`) === undefined &&
      !toCome(file.container ?? ''),
  );
}
