import type { CloudConfig, WriteFile } from '../config/schema.ts';
import { writeGivenFiles } from '../console/write-files.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import { digest } from '../services/digest.ts';

/** Marks that a container has its files (`services/container-files.ts`), so that they are not written again. */
const MARKS = '/run/ros/given-files';
/** The process of the service `network`, and a digest of the files that were written here for it. */
const WRITTEN = '/run/ros/network-files';

/** The process of the service, where this program runs in its container. */
const HERE = `pid=$(cat /run/ros/network.pid) && [ "$(readlink "/proc/$pid/ns/mnt")" = "$(readlink /proc/self/ns/mnt)" ] && echo "$pid"`;

const filesOf = (config: CloudConfig, service: string): WriteFile[] =>
  (config.write_files ?? []).filter(({ container }) => container === service);

/** The files of write_files for the service in whose container this program runs. */
export function writeOwnFiles(system: System, config: CloudConfig, service: string): void {
  const files = filesOf(config, service);
  if (files.length === 0) return;
  writeGivenFiles(
    system,
    files.map(({ container: _, ...file }) => file),
  );
  run(system, ['sh', '-c', 'mkdir -p "$1" && : >"$1/$2"', 'ros', MARKS, service]);
}

/** Files for the service `network`, which a datasource may bring when its container runs already: the commands of the network may be among them. */
export function giveFiles(system: System, config: CloudConfig): void {
  const files = filesOf(config, 'network');
  if (files.length === 0) return;
  const { status, stdout } = run(system, ['sh', '-c', HERE], { withErrors: true });
  const sum = `${stdout.trim()} ${digest(JSON.stringify(files))}`;
  if (status !== 0 || system.readText(WRITTEN) === sum) return;
  writeOwnFiles(system, config, 'network');
  system.writeText(WRITTEN, sum);
}
