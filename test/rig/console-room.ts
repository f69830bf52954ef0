import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A console in namespaces of its own, without a kernel and a Docker of its own: its root, what the release lends it, and a network with nobody else in it. */
export interface ConsoleRoom {
  /** Runs a command line in the console as root; gives what it printed, errors too. */
  run(script: string): string;
  /** The same until it prints what is expected. */
  until(script: string, expected: RegExp, seconds?: number): string;
  /** What was told on the machine's console. */
  told(): string;
  close(): void;
}

const SETUP = `set -e
cd "$1"
mount -t tmpfs none room
mkdir room/upper room/work room/root
mount -t overlay overlay -o "lowerdir=$2,upperdir=room/upper,workdir=room/work" room/root
cd room/root
mount -t proc proc proc
mount --rbind /dev dev
mount --bind "$1/kmsg" dev/kmsg
mount --bind "$1/cmdline" proc/cmdline
mount -t tmpfs none run
mount -t tmpfs none tmp
chmod 1777 tmp
mkdir -p run/ros run/rancher/release run/issue.d var/lib/rancher/conf var/log home
mount --bind "$3" run/rancher/release
mount -o remount,bind,ro run/rancher/release
lend() {
	mkdir -p "$(dirname "$2")"
	if [ -d "$1" ]; then mkdir -p "$2"; else : >>"$2"; fi
	mount --bind "$1" "$2"
}
if [ "$2" != "$3" ]; then
	lend "$3/usr/share/ros" usr/share/ros
	lend "$3/usr/lib/ros" usr/lib/ros
	for program in usr/bin/ros usr/bin/docker usr/sbin/halt usr/sbin/poweroff usr/sbin/reboot usr/sbin/shutdown; do
		lend "$3/usr/lib/ros/foreign/by-release" $program
	done
fi
ip link set lo up 2>/dev/null || ifconfig lo up
echo ready
exec sleep infinity
`;

/** Why there can be no such room here; undefined: there can. */
export function whyNoConsoleRoom(): string | undefined {
  const { status, stderr, error } = spawnSync('unshare', ['--mount', '--net', '--pid', '--fork', 'sh', '-c', 'mount -t tmpfs none /mnt'], { encoding: 'utf8' });
  return status === 0 ? undefined : `namespaces cannot be made here (root is needed): ${error?.message ?? stderr.trim()}`;
}

/** `image` is the unpacked root of the console, `release` that of the release; the same one for the default console. Nothing is written to them. */
export async function openConsole(image: string, release: string): Promise<ConsoleRoom> {
  const folder = mkdtempSync(join(tmpdir(), 'console-room-'));
  mkdirSync(join(folder, 'room'));
  for (const [name, text] of [
    ['kmsg', ''],
    ['cmdline', 'console=ttyS0\n'],
  ] as const)
    writeFileSync(join(folder, name), text);
  const child = spawn('unshare', ['--mount', '--uts', '--net', '--pid', '--fork', '--kill-child', 'sh', '-c', SETUP, 'sh', folder, image, release], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await ready(child);
  const first = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  const run = (script: string): string => {
    const argv = ['-t', first, '-m', '-u', '-n', '-p', 'chroot', join(folder, 'room/root'), 'bash', '-c', script];
    const { stdout, stderr } = spawnSync('nsenter', argv, { encoding: 'utf8', timeout: 60_000, env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
    return `${stdout}${stderr}`;
  };
  return {
    run,
    until(script, expected, seconds = 30) {
      const end = Date.now() + seconds * 1000;
      for (;;) {
        const text = run(script);
        if (expected.test(text)) return text;
        if (Date.now() > end) throw new Error(`“${script}” did not print ${expected} within ${seconds} s, but:\n${text}`);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
      }
    },
    told: () => readFileSync(join(folder, 'kmsg'), 'utf8'),
    close() {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the namespaces ended with status ${code}`)));
  });
}
