import { alarm } from '../runtime/kernel-log.ts';
import { Failure, type System } from '../runtime/system.ts';
import type { DaemonJson } from './options.ts';

/** The release's file for the user's Docker, visible in every console. */
export const SHIPPED = '/usr/share/ros/docker/daemon.json';
/** The user's own, on the console. */
export const USERS = '/etc/docker/daemon.json';

/** The options of all files together, and whether each of them could be read. */
export interface DaemonFiles {
  readonly json: DaemonJson;
  readonly isWhole: boolean;
}

/**
 * dockerd's file, merged from the release's, the user's own in `/etc/docker`, and the one that `rancher.docker.config_file` names, later ones
 * winning. A file that cannot be read is left out and reported.
 */
export function daemonFiles(system: System, configFile: string | undefined): DaemonFiles {
  const users = system.readText(USERS) === undefined ? {} : fileOf(system, USERS, USERS);
  const named =
    configFile === undefined || configFile === USERS || configFile === SHIPPED
      ? {}
      : fileOf(system, configFile, `rancher.docker.config_file: ${configFile}`);
  return {
    json: { ...shippedOptions(system), ...users, ...named },
    isWhole: users !== undefined && named !== undefined,
  };
}

/** The release's part of it. */
export function shippedOptions(system: System): DaemonJson {
  const shipped = parsed(system.readText(SHIPPED) ?? '');
  if (typeof shipped === 'string') throw new Failure(`${SHIPPED} is ${shipped}`);
  return shipped;
}

function fileOf(system: System, path: string, place: string): DaemonJson | undefined {
  const text = system.readText(path);
  const found = text === undefined ? 'not there' : parsed(text);
  if (typeof found !== 'string') return found;
  alarm(
    system,
    `${place} is ${found}, so Docker starts without what it says; mend it, then “sudo ros service restart docker”`,
  );
  return undefined;
}

/** The mapping in a text, or a description of its content otherwise. */
function parsed(text: string): DaemonJson | string {
  try {
    const data: unknown = JSON.parse(text);
    if (typeof data === 'object' && data !== null && !Array.isArray(data)) return data as DaemonJson;
    return 'no mapping of options';
  } catch (error) {
    return `no JSON (${error instanceof Error ? error.message.split('\n')[0] : ''})`;
  }
}
