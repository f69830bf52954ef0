import type { CloudConfig, WriteFile } from '../config/schema.ts';
import { isForConsole, writeGivenFile } from '../console/write-files.ts';
import { type Dockerd, Engine, SYSTEM_DOCKER, USER_DOCKER } from '../docker/engine.ts';
import { due } from '../runtime/claims.ts';
import { run } from '../runtime/run.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import { guard } from '../runtime/steps.ts';
import type { System } from '../runtime/system.ts';
import type { Services } from './config.ts';
import { digest } from './digest.ts';

/** A file for each container that was given files in this start, with a line for each of them. */
const GIVEN = '/run/ros/given-files';

/** Writes files into containers before their first start; returns error messages. */
export type Fill = (engine: Engine, containers: readonly string[]) => readonly string[];

const markOf = (file: WriteFile): string => digest(JSON.stringify(file));

/**
 * The files of write_files that name a container, for containers that were made and do not run yet. The configuration is that of the moment
 * in which a container is made: a datasource may have brought files since the start began.
 */
export function fillWith(system: System, configNow: () => CloudConfig): Fill {
  return (engine, containers) => {
    const files = (configNow().write_files ?? []).filter((file) => !isForConsole(file));
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
 * Writes files into containers that were made without them, because a datasource brought them later. Files of a container that does not exist yet
 * are written when it is made.
 */
export function writeLateFiles(system: System, config: CloudConfig, services: Services): void {
  const sockets = new Map<string, string>();
  for (const dockerd of [USER_DOCKER, SYSTEM_DOCKER]) {
    const names = guard(system, () => namesIn(system, dockerd), []);
    for (const name of names) sockets.set(name, dockerd.socket);
  }
  const late = lateFiles(system, config, (name) => services.has(name) && !sockets.has(name));
  const fresh = due(system, 'write_files', late);
  late.forEach((file, index) => {
    if (!fresh.has(index)) return;
    guard(system, () => writeGivenFile(system, file, sockets.get(file.container ?? '')), undefined);
    fresh.settle(index);
  });
}

/** Names of all containers of a Docker; none where it does not answer, as the user's does not early in a start. */
function namesIn(system: System, dockerd: Dockerd): readonly string[] {
  const engine = new Engine(system, dockerd);
  return engine.isReady() ? engine.list().map(({ name }) => name) : [];
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
