import { exceeds } from '../runtime/byte-length.ts';
import { GUNZIP_MOST } from '../runtime/gunzip.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { SourceFailure, WORK_FOLDER } from './datasource.ts';
import { checkedUserData, MOST_USER_DATA } from './unpack.ts';

/** Limit of bytes of one file of a foreign disk. */
const MOST_BYTES = 1024 * 1024;

/** blkid's tags of a disk or partition. */
export interface Volume {
  readonly device: string;
  readonly label: string;
  readonly type: string;
}

const BLKID = ['blkid', '-c', '/dev/null', '-s', 'LABEL', '-s', 'TYPE'];

/** All file systems that the kernel's disks have now. */
export function volumes(system: System): readonly Volume[] {
  const { stdout } = run(system, ['timeout', '-k', '1', '10', ...BLKID], { withErrors: true });
  return stdout.split('\n').flatMap((line) => {
    const device = /^(\/[^:]+):/.exec(line)?.[1];
    const value = (name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(line)?.[1] ?? '';
    return device === undefined ? [] : [{ device, label: value('LABEL'), type: value('TYPE') }];
  });
}

/** Names by which a hypervisor offers folders (9p). */
export function sharedTags(system: System): readonly string[] {
  const script = `for device in "$1"/*; do
	[ "$(cat "$device/device" 2>/dev/null)" = 0x0009 ] || continue
	[ -e "$device/mount_tag" ] || modprobe -a 9p 9pnet_virtio
	tr '\\0' '\\n' <"$device/mount_tag"; echo
done 2>/dev/null`;
  const { stdout } = run(system, ['sh', '-c', script, 'ros', '/sys/bus/virtio/devices']);
  return stdout.split('\n').filter((tag) => tag !== '');
}

/** A file system that is only looked at. Files are regular files of it: a link that leads out of it, a pipe and a device fail with a sentence. */
export interface Looked {
  /** Whether the name exists, as any kind of file. */
  readonly isThere: (path: string) => boolean;
  /** A file's text; nothing where there is no such file. */
  readonly read: (path: string) => string | undefined;
  /** User-data, unpacked where gzip packed it; nothing where there is no such file. `from` names it in sentences. */
  readonly userData: (path: string, from: string) => string | undefined;
}

/** Seconds. A CD may have to spin up; after that the drive hangs. */
const MOUNT_LIMIT = 15;
const READ_LIMIT = 5;

/** Mounts a volume read-only, looks at it, and unmounts it. */
export function lookAt<T>(system: System, volume: Volume, look: (files: Looked) => T): T {
  const folder = `${WORK_FOLDER}/mounted-${volume.device.replace(/\W+/g, '-')}`;
  run(system, ['mkdir', '-p', '-m', '0700', WORK_FOLDER]);
  run(system, ['mkdir', '-p', folder]);
  const options = volume.type === '9p' ? 'ro,nosuid,nodev,noexec,trans=virtio' : 'ro,nosuid,nodev,noexec';
  const mount = ['mount', '-t', volume.type || 'auto', '-o', options, volume.device, folder];
  const { status } = run(system, ['timeout', '-k', '1', String(MOUNT_LIMIT), ...mount], { withErrors: true });
  const name = `${volume.device} (${volume.label})`;
  // A machine that is busy with its start may only be slow.
  if (status === 124 || status === 137)
    throw new SourceFailure(`${name} does not answer within ${MOUNT_LIMIT} seconds`, true);
  if (status !== 0) throw new Failure(`${name} cannot be mounted as ${volume.type}`);
  try {
    return look(lookedAt(system, folder));
  } finally {
    run(system, ['umount', folder], { withErrors: true });
  }
}

/** The kind of a file, by exit status. The whole name is resolved, so that no part of it leads out of the directory. */
const FIND = `[ -e "$1/$2" ] || [ -L "$1/$2" ] || exit 10
folder=$(readlink -f "$1") && file=$(readlink -f "$1/$2") || exit 11
case $file in "\${folder%/}"/*) ;; *) exit 11 ;; esac
[ -f "$file" ] || exit 12
`;
const READ = `${FIND}exec timeout -k 1 ${READ_LIMIT} head -c "$3" "$file"`;
const UNPACK = `${GUNZIP_MOST}${FIND}gunzip_most "$3" <"$file" || exit 13`;

/** The same for a folder that is there already. */
export function lookedAt(system: System, folder: string): Looked {
  /** A text, and whether all of it came; nothing where there is no such file. */
  const readBy = (script: string, path: string, most: number) => {
    const argv = ['sh', '-c', script, 'ros', folder, path, String(most + 1)];
    const { status, stdout } = run(system, argv);
    if (status === 10) return undefined;
    if (status === 11) throw new Failure(`${path} is a link that leads out of the disk, so it is not read`);
    if (status === 12)
      throw new Failure(`${path} is not a file but a directory, a pipe or a device, so it is not read`);
    if (status !== 0 && status !== 13) throw new Failure(`${path} cannot be read; the disk does not answer`);
    return { text: stdout, isWhole: status === 0 };
  };
  return {
    isThere: (path) => run(system, ['sh', '-c', '[ -e "$1/$2" ] || [ -L "$1/$2" ]', 'ros', folder, path]).status === 0,
    read: (path) => {
      const found = readBy(READ, path, MOST_BYTES);
      if (found !== undefined && exceeds(found.text, MOST_BYTES))
        throw new Failure(`${path} has more than ${MOST_BYTES} bytes, which are not read`);
      return found?.text;
    },
    userData: (path, from) => {
      const found = readBy(UNPACK, path, MOST_USER_DATA);
      return found === undefined ? undefined : checkedUserData(found.text, from, found.isWhole);
    },
  };
}
