import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The built system in namespaces of its own, without a kernel of its own: mounts, processes, network. Cards are ends of
 * veth pairs whose other ends hang on a switch in a second network namespace, where a DHCP server may listen.
 */
export interface NetworkRoom {
  /** Runs a command line in the system; gives what it printed, errors too. */
  run(script: string): string;
  /** The same, in the network namespace of the switch. */
  outside(script: string): string;
  /** Runs a command line until it prints what is expected. */
  until(script: string, expected: RegExp, seconds?: number): string;
  /** Starts the service `network` as its container does. */
  startService(): void;
  /** Puts a cable between a new card and the switch. */
  plug(name: string, mac?: string): void;
  /** Writes the user's cloud-config. */
  configure(yaml: string): void;
  close(): void;
}

/** Why there can be no such room here; undefined: there can. */
export function whyNoRoom(): string | undefined {
  const probe = 'ip link add probe0 type veth peer name probe1 && mount -t tmpfs none /mnt';
  const { status, stderr, error } = spawnSync('unshare', ['--mount', '--uts', '--net', '--pid', '--fork', 'sh', '-c', probe], { encoding: 'utf8' });
  if (status === 0) return undefined;
  return `namespaces with veth cannot be made here (root is needed): ${error?.message ?? stderr.trim()}`;
}

const SETUP = `set -e
cd "$1"
mount -t tmpfs none room
mkdir room/upper room/work room/root
mount -t overlay overlay -o "lowerdir=$2,upperdir=room/upper,workdir=room/work" room/root
mount -t proc proc room/root/proc
mount -t sysfs sysfs room/root/sys 2>/dev/null || :
mount --rbind /dev room/root/dev
: >kmsg
mount --bind kmsg room/root/dev/kmsg
mount --bind cmdline room/root/proc/cmdline
mount -t tmpfs none room/root/run
mkdir -p room/root/run/ros
: >room/root/etc/resolv.conf
ip link set lo up
unshare --net sh -c 'ip link set lo up; ip link add switch type bridge; ip link set switch up; echo $$ >"$1/room/root/run/outside"; exec sleep infinity' sh "$1" &
while [ ! -s room/root/run/outside ]; do sleep 0.05; done
echo ready
exec sleep infinity
`;

/** `root` is the unpacked system; nothing is written to it. */
export async function openRoom(root: string, options: { readonly kernelLine?: string } = {}): Promise<NetworkRoom> {
  const folder = mkdtempSync(join(tmpdir(), 'network-room-'));
  mkdirSync(join(folder, 'room'));
  writeFileSync(join(folder, 'cmdline'), `${options.kernelLine ?? ''}\n`);
  const child = spawn('unshare', ['--mount', '--uts', '--net', '--pid', '--fork', '--kill-child', 'sh', '-c', SETUP, 'sh', folder, root], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await ready(child);
  const first = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').trim();
  const enter = (words: readonly string[], script: string) => {
    const argv = ['-t', first, '-m', '-u', '-n', '-p', 'chroot', join(folder, 'room/root'), ...words, 'bash', '-c', script];
    const { stdout, stderr } = spawnSync('nsenter', argv, { encoding: 'utf8', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
    return `${stdout}${stderr}`;
  };
  const outside = `nsenter --net=/proc/$(cat /run/outside)/ns/net`;
  const room: NetworkRoom = {
    run: (script) => enter([], script),
    outside: (script) => enter([], `export -n script; script=$(cat <<'SCRIPT'\n${script}\nSCRIPT\n); ${outside} bash -c "$script"`),
    until(script, expected, seconds = 30) {
      const end = Date.now() + seconds * 1000;
      for (;;) {
        const text = enter([], script);
        if (expected.test(text)) return text;
        if (Date.now() > end) throw new Error(`“${script}” did not print ${expected} within ${seconds} s, but:\n${text}`);
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
      }
    },
    startService: () => void enter([], 'setsid /usr/lib/ros/services/network >/run/network.log 2>&1 </dev/null &'),
    plug(name, mac) {
      const address = mac === undefined ? '' : `address ${mac}`;
      enter(
        [],
        `ip link add p-${name} type veth peer name ${name} ${address} && ip link set p-${name} netns $(cat /run/outside) &&
${outside} sh -c 'ip link set p-${name} master switch up'`,
      );
    },
    configure: (yaml) => void enter([], `cat >/var/lib/rancher/conf/cloud-config.yml <<'YAML'\n${yaml}\nYAML`),
    close() {
      child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return room;
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`the namespaces ended with status ${code}`)));
  });
}

/** A DHCP server on the switch, busybox's own. */
export function serveDhcp(room: NetworkRoom): void {
  room.outside('ip address add 10.9.0.1/24 dev switch');
  const options = ['subnet 255.255.255.0', 'router 10.9.0.1', 'dns 10.9.0.53', 'domain site.test', 'hostname leased', 'ntpsrv 10.9.0.123', 'lease 600'];
  const lines = ['start 10.9.0.100', 'end 10.9.0.120', 'interface switch', 'lease_file /run/leases', ...options.map((option) => `option ${option}`)];
  room.run(`: >/run/leases; cat >/run/udhcpd.conf <<'CONF'\n${lines.join('\n')}\nCONF`);
  room.outside('setsid busybox udhcpd -f -S /run/udhcpd.conf >/dev/null 2>&1 </dev/null &');
}
