import { writeFile } from '../config/files.ts';
import { SYSTEM_DOCKER, USER_DOCKER } from '../docker/engine.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import type { System } from '../runtime/system.ts';
import { isSystem, type Services, schedule } from './config.ts';
import { cronFields } from './cron-fields.ts';

/** The crontab of the service cron; below /run, so that others can change it. */
const FOLDER = '/run/ros/crontabs';
const SHIPPED = '/usr/share/ros/crontab';

/** One line per container to start; an invalid schedule becomes a comment. */
export function cronLines(services: Services): string[] {
  return [...services].flatMap(([name, service]) => {
    const when = schedule(service);
    if (when === undefined) return [];
    const { socket } = isSystem(service) ? SYSTEM_DOCKER : USER_DOCKER;
    try {
      return [
        `${cronFields(when)} curl -s --unix-socket ${socket} -X POST http://docker/v1.45/containers/${name}/start`,
      ];
    } catch (error) {
      return [`# service ${name}: ${sentenceOf(error)}`];
    }
  });
}

/** Adds the containers to start to the crontab of the release. */
export function writeCrontab(system: System, services: Services): void {
  const lines = cronLines(services);
  const path = `${FOLDER}/root`;
  if (lines.length === 0 && system.readText(path) === undefined) return;
  writeFile(system, path, `${system.readText(SHIPPED) ?? ''}${lines.map((line) => `${line}\n`).join('')}`);
  // crond looks for this file once a minute.
  writeFile(system, `${FOLDER}/cron.update`, 'root\n');
}
