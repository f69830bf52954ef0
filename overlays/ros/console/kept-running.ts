import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

/**
 * The commands that the console's script keeps running: one file with a command line each, by name. The script starts new ones when it is signalled,
 * reads the line at each restart of the command, and drops commands whose file is gone.
 */
const FOLDER = '/run/ros/console/kept';

/** Writes the command lines, by name, and gives the names of those that were another before. */
export function keepRunning(system: System, lines: ReadonlyMap<string, string>): readonly string[] {
  const { stdout } = run(system, ['sh', '-c', 'mkdir -p "$1" && ls "$1"', 'ros', FOLDER]);
  const before = stdout.split('\n').filter((name) => name !== '');
  const gone = before.filter((name) => !lines.has(name));
  if (gone.length > 0) run(system, ['rm', '-f', ...gone.map((name) => `${FOLDER}/${name}`)]);
  const changed = [...lines].filter(([name, line]) => {
    const text = `${line}\n`;
    const old = system.readText(`${FOLDER}/${name}`);
    if (old !== text) system.writeText(`${FOLDER}/${name}`, text);
    return old !== undefined && old !== text;
  });
  return [...gone, ...changed.map(([name]) => name)];
}
