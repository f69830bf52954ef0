import type { CloudConfig, WriteFile } from '../config/schema.ts';
import { isForConsole, writeGivenFile } from '../console/write-files.ts';
import type { Engine } from '../docker/engine.ts';
import { run } from '../runtime/run.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import type { System } from '../runtime/system.ts';
import { digest } from './digest.ts';

/** A file for each container that was given files in this start, with a line for each of them. */
const GIVEN = '/run/ros/given-files';

/** Puts into containers what is theirs, before they are started for the first time; gives sentences about what failed. */
export type Fill = (engine: Engine, containers: readonly string[]) => readonly string[];

const markOf = (file: WriteFile): string => digest(JSON.stringify(file));

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
        return [sentenceOf(error)];
      }
    });
    if (theirs.length > 0) run(system, ['mkdir', '-p', GIVEN]);
    for (const file of theirs) system.appendText(`${GIVEN}/${file.container}`, `${markOf(file)}\n`);
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
      !(system.readText(`${GIVEN}/${file.container}`) ?? '').split('\n').includes(markOf(file)) &&
      !toCome(file.container ?? ''),
  );
}
