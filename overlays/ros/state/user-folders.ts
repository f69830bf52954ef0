import type { CloudConfig } from '../config/schema.ts';
import { ENTER } from '../runtime/enter-folder.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { FOLDERS, stateRoot } from './folders.ts';
import { STATE } from './mount.ts';

/** The service whose volumes are what the user wants to be kept, and seen in the console and by Docker. */
export const USER_VOLUMES = 'user-volumes';

/** What a folder must not be or lie in: the kernel's, what lies in memory by intention, other disks, and the release's own programs. */
const NOT_KEPT = [
  '/bin',
  '/boot',
  '/dev',
  '/lib',
  '/lib64',
  '/media',
  '/mnt',
  '/proc',
  '/run',
  '/sbin',
  '/sys',
  '/tmp',
  '/usr',
  '/var/run',
];
/** Whole trees of the release: of these, only folders in them can be kept. */
const TOO_LARGE = ['/', '/etc', '/var', '/var/lib'];
/** `mount -a` and the shell split at anything else. */
const PLAIN = /^(\/[A-Za-z0-9_.+@-]+)+$/;

/** Folders that the user added to the service user-volumes, and that do not survive a restart by themselves. */
export function userFolders(config: CloudConfig): string[] {
  const volumes = config.rancher?.services?.[USER_VOLUMES]?.volumes ?? [];
  const sources = volumes.map((volume) => (volume.split(':')[0] ?? '').replace(/\/+$/, ''));
  return [...new Set(sources)].filter(
    (path) =>
      PLAIN.test(path) &&
      !path.split('/').some((part) => part === '..' || part === '.') &&
      !TOO_LARGE.includes(path) &&
      ![...FOLDERS, ...NOT_KEPT].some((folder) => path === folder || path.startsWith(`${folder}/`)),
  );
}

// What the console has there already becomes the first content. A link in a folder of somebody else is not followed.
const BIND = `${ENTER}folder=$1 kept=$2
awk -v f="$folder" '$2 == f { found = 1 } END { exit !found }' /proc/self/mounts && exit
enter "$folder" || exit
folder=$(pwd -P)
if [ ! -d "$kept" ]; then
	rm -rf "$kept.new"
	mkdir -p "\${kept%/*}" && cp -a . "$kept.new" && mv -T "$kept.new" "$kept" || exit
fi
cd / && exec mount --bind "$kept" "$folder"`;

/** Lays them over those of a console that was made before a datasource named them. From the next start on they are volumes of it. */
export function bindUserFolders(system: System, config: CloudConfig): void {
  const folders = userFolders(config);
  if (folders.length === 0) return;
  const mounts = (system.readText('/proc/self/mounts') ?? '').split('\n');
  if (!mounts.some((line) => line.split(' ')[1] === STATE)) return;
  for (const folder of folders) {
    const kept = `${stateRoot(config.rancher?.state?.directory)}${folder}`;
    const { status, stdout } = run(system, ['sh', '-c', BIND, 'ros', folder, kept], { withErrors: true });
    if (status !== 0)
      throw new Failure(
        `${folder} of the service ${USER_VOLUMES} is not kept on the state disk: ${stdout.trim().split('\n').at(-1)}`,
      );
  }
}
