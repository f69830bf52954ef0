import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { WORK_FOLDER } from './datasource.ts';

/** Bytes of one file of a disk that somebody else made. */
const MOST_BYTES = 1024 * 1024;

/** What blkid knows of a disk or partition. */
export interface Volume {
  readonly device: string;
  readonly label: string;
  readonly type: string;
}

/** All file systems that the kernel's disks have now. */
export function volumes(system: System): readonly Volume[] {
  const { stdout } = run(system, ['blkid', '-c', '/dev/null', '-s', 'LABEL', '-s', 'TYPE'], { withErrors: true });
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

/** A file system that is only looked at. */
export interface Looked {
  /** A file's text; nothing where there is no such file. */
  readonly read: (path: string) => string | undefined;
  /** Where a file lies as long as it is looked at. */
  readonly place: (path: string) => string;
}

/** Mounts a volume read-only, looks at it, and unmounts it. */
export function lookAt<T>(system: System, volume: Volume, look: (files: Looked) => T): T {
  const folder = `${WORK_FOLDER}/mounted-${volume.device.replace(/\W+/g, '-')}`;
  run(system, ['mkdir', '-p', '-m', '0700', WORK_FOLDER]);
  run(system, ['mkdir', '-p', folder]);
  const options = volume.type === '9p' ? 'ro,nosuid,nodev,noexec,trans=virtio' : 'ro,nosuid,nodev,noexec';
  const { status } = run(system, ['mount', '-t', volume.type || 'auto', '-o', options, volume.device, folder], {
    withErrors: true,
  });
  if (status !== 0) throw new Failure(`${volume.device} (${volume.label}) cannot be mounted as ${volume.type}`);
  try {
    return look(lookedAt(system, folder));
  } finally {
    run(system, ['umount', folder], { withErrors: true });
  }
}

/** The same for a folder that is there already. */
export function lookedAt(system: System, folder: string): Looked {
  return {
    place: (path) => `${folder}/${path}`,
    read: (path) => {
      // A name that leads out of the disk is not followed.
      const script = '[ -f "$1" ] && [ ! -L "$1" ] && head -c "$2" "$1"';
      const { status, stdout } = run(system, ['sh', '-c', script, 'ros', `${folder}/${path}`, String(MOST_BYTES + 1)]);
      if (status !== 0) return undefined;
      if (stdout.length > MOST_BYTES)
        throw new Failure(`${path} has more than ${MOST_BYTES} bytes, which are not read`);
      return stdout;
    },
  };
}
