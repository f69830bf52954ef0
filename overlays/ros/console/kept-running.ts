import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';

/**
 * What the console's script keeps running: one file each with a command line, by name. The script starts what is new when it is
 * told to look again, reads the line each time it starts the command again, and lets go of what has no file any more.
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
