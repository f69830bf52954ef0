import { filesIn, writeFile } from '../config/files.ts';
import type { CloudConfig } from '../config/schema.ts';
import { Engine, SYSTEM_DOCKER, USER_DOCKER } from '../docker/engine.ts';
import { alarm, note } from '../runtime/kernel-log.ts';
import { run } from '../runtime/run.ts';
import type { System } from '../runtime/system.ts';
import type { Scope } from './start-plan.ts';

const FOLDERS = { system: '/var/lib/rancher/preload/system-docker', user: '/var/lib/rancher/preload/docker' } as const;
const DOCKERDS = { system: SYSTEM_DOCKER, user: USER_DOCKER } as const;
/** The archives that were loaded, one line each: the Docker's name, path, size and time of change. */
const STAMPS = '/var/lib/rancher/preload/loaded';
const ARCHIVE = /\.(tar|tgz|tar\.(gz|xz|zst|bz2))$/;

/** Whether there may be something to load into the user's Docker. */
export function hasUserArchives(system: System, config: CloudConfig): boolean {
  return archives(system, config, 'user').length > 0;
}

/**
 * Loads archives of images of `docker save`, compressed or not, each once: a loaded archive is recorded afterwards, with the name of the Docker, so
 * that the record lives as long as the images. Returns whether one was loaded.
 */
export function preload(system: System, config: CloudConfig, scope: Scope): boolean {
  const paths = archives(system, config, scope);
  if (paths.length === 0) return false;
  const id = new Engine(system, DOCKERDS[scope]).id();
  const known = new Set((system.readText(STAMPS) ?? '').split('\n'));
  let done = false;
  for (const path of paths) {
    const looked = run(system, ['sh', '-c', LOOK, 'ros', path]);
    if (looked.status === NO_FILE) alarm(system, `${path} is no plain file, and is not loaded`);
    const file = looked.stdout.trim();
    const stamp = `${id} ${file}`;
    if (looked.status !== 0 || file === '' || known.has(stamp)) continue;
    const { status, stdout } = run(system, ['bash', '-c', LOAD, 'ros', path, DOCKERDS[scope].socket], {
      withErrors: true,
    });
    if (status !== 0) {
      alarm(system, `${path} cannot be loaded: ${stdout.trim().split('\n').at(-1) ?? ''}`);
      continue;
    }
    note(system, `${path}: ${stdout.trim().split('\n').join(', ')}`);
    known.add(stamp);
    done = true;
    writeFile(system, STAMPS, `${[...known].filter((line) => line !== '').join('\n')}\n`);
  }
  return done;
}

/** What waits for somebody who writes, such as a pipe, would be waited for by all that comes behind. */
const LOOK = `[ -f "$1" ] || { [ ! -e "$1" ] || exit 3; exit 1; }
stat -c '%n %s %Y' "$1"`;
const NO_FILE = 3;

/** Docker unpacks everything but xz by itself. */
const LOAD = `set -o pipefail
case $1 in
*.xz) busybox xzcat "$1" | docker --host "unix://$2" load --quiet ;;
*) docker --host "unix://$2" load --quiet --input "$1" ;;
esac`;

function archives(system: System, config: CloudConfig, scope: Scope): string[] {
  const further = scope === 'user' ? (config.rancher?.preload ?? []) : [];
  return [FOLDERS[scope], ...further].flatMap((place) =>
    ARCHIVE.test(place)
      ? [place]
      : filesIn(system, place).flatMap((name) => (ARCHIVE.test(name) ? [`${place.replace(/\/$/, '')}/${name}`] : [])),
  );
}
