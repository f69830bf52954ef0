import { writeFile } from '../config/files.ts';
import { SYSTEM_DOCKER, USER_DOCKER } from '../docker/engine.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import { Failure, type System } from '../runtime/system.ts';
import { isSystem, type Services, schedule } from './config.ts';

/** The crontab of the service cron; below /run, so that others can change it. */
const FOLDER = '/run/ros/crontabs';
const SHIPPED = '/usr/share/ros/crontab';

const NAMED: Readonly<Record<string, string>> = {
  '@hourly': '0 * * * *',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@weekly': '0 0 * * 0',
  '@monthly': '0 0 1 * *',
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
};

/**
 * A schedule as cron reads it, from a label of RancherOS 1: five fields, six with seconds in front (which count as
 * the minute's beginning), or a name such as @hourly.
 */
export function cronFields(text: string): string {
  const named = NAMED[text.trim()];
  if (named !== undefined) return named;
  const fields = text.trim().replaceAll('?', '*').split(/\s+/);
  const five = fields.length === 6 ? fields.slice(1) : fields;
  if (five.length !== 5 || five.some((field) => !/^[0-9A-Za-z*,/-]+$/.test(field)))
    throw new Failure(`cron.schedule: “${text}” is not five or six fields, or a name such as @hourly`);
  return five.join(' ');
}

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
