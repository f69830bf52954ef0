import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DockerApi } from '../../pipeline/exec/docker/api.ts';
import { toolRoot } from './tools.ts';

/** A Docker daemon of the pinned packages that starts containers. */
export interface ContainerDockerd {
  readonly socket: string;
  readonly api: DockerApi;
  /** Where the daemon, whose own `/usr` is the engine's, has that of the host. */
  readonly hostUsr: string;
  /** Ends the daemon, containerd and all containers; their mounts go with their namespace. */
  stop(): Promise<void>;
}

/**
 * Mounts the engine above the base and gives it the directories of the host at their own paths. A runtime starts itself again by
 * /proc/self/exe, so that it cannot be started through a loader, as the tools of a test are.
 */
const ENTER = `
set -e
engine=$1 base=$2 folder=$3 log=$4
shift 4
mkdir -p "$folder/machine" "$folder/host/usr"
mount --bind /usr "$folder/host/usr"
mount -t tmpfs tmpfs "$folder/machine"
mkdir "$folder/machine/upper" "$folder/machine/work" "$folder/machine/root"
cd "$folder/machine/root"
mount -t overlay overlay -o "lowerdir=$engine:$base,upperdir=$folder/machine/upper,workdir=$folder/machine/work" .
cd .
for place in /*; do
  case $place in /bin|/boot|/etc|/lib*|/lost+found|/run|/sbin|/usr|/var) continue ;; esac
  if [ -d "$place" ] && [ ! -L "$place" ]; then mkdir -p ".$place" && mount --rbind "$place" ".$place"; fi
done
mkdir -p run
mount -t tmpfs tmpfs run
if [ ! -e ".$folder" ]; then mkdir -p ".$folder" && mount --bind "$folder" ".$folder"; fi
exec chroot . /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$folder" dockerd "$@" >"$log" 2>&1
`;

/** Starts the daemon with a state of its own below a folder, without a network. Its default seccomp profile holds. Wants root. */
export async function containerDockerd(folder: string): Promise<ContainerDockerd> {
  const [base, engine] = [await toolRoot('base'), await toolRoot('engine')];
  mkdirSync(folder, { recursive: true });
  const [socket, log] = [join(folder, 'docker.sock'), join(folder, 'log')];
  writeFileSync(log, '');
  // Sockets have short paths: those of containerd lie in the directory of the machine.
  const state = ['--data-root', join(folder, 'data'), '--exec-root', '/run/docker', '--pidfile', '/run/dockerd.pid'];
  const words = ['--host', `unix://${socket}`, ...state, '--iptables=false', '--ip6tables=false', '--bridge=none', '--userland-proxy=false'];
  const child = spawn('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', ENTER, 'sh', engine, base, folder, log, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
  let trouble = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    trouble += text;
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const api = new DockerApi(socket);
  const answers = () =>
    api.text({ method: 'GET', path: '/_ping' }).then(
      () => true,
      () => false,
    );
  while (!existsSync(socket) || !(await answers())) {
    if (child.exitCode !== null) throw new Error(`dockerd ended:\n${trouble}${readFileSync(log, 'utf8').split('\n').slice(-20).join('\n')}`);
    await sleep(100);
  }
  return {
    socket,
    api,
    hostUsr: join(folder, 'host/usr'),
    async stop() {
      await api.close();
      child.kill('SIGTERM');
      await ended;
    },
  };
}
