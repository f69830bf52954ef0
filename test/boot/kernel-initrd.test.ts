import type { Check } from '../rig/boot-case.ts';
import { bootTest } from '../rig/machine.ts';
import { DOCKER_RUNS, IDENTITY, NO_ZOMBIES, SERVICES_RUN } from './checks.ts';

const STILL_WORKS: readonly Check[] = [
  { sentence: 'afterwards a container runs', run: 'docker run --rm busybox:test echo it works again', prints: /^it works again$/m, eventually: true, deadlineSeconds: 120 },
  {
    sentence: 'afterwards every system service runs',
    run: `sudo system-docker ps --format '{{.Names}}' | sort | tr '\\n' ' '`,
    prints: /\bacpid\b.*\bconsole\b.*\bcron\b.*\bdocker\b.*\bnetwork\b.*\bntp\b.*\bsyslog\b.*\budev\b/,
    eventually: true,
  },
];

bootTest({
  name: 'vmlinuz and initrd boot, and survive what users and signals do',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  checks: [
    ...IDENTITY,
    ...SERVICES_RUN,
    ...DOCKER_RUNS,
    {
      sentence: 'the user removes every container',
      run: 'docker run -d busybox:test sleep 1000 && docker run -d busybox:test sleep 1000 && docker rm -f $(docker ps -qa) && docker ps -qa | wc -l',
      prints: /^0$/m,
      deadlineSeconds: 90,
    },
    ...SERVICES_RUN.map((check) => ({ ...check, sentence: `after that ${check.sentence}` })),
    { sentence: "the user's dockerd is killed", run: 'sudo kill -9 "$(cat /run/docker.pid)"' },
    ...STILL_WORKS,
    { sentence: "the user's containerd is killed", run: "sudo pkill -9 -f '^containerd --config /usr/share/ros/docker/containerd.toml'" },
    ...STILL_WORKS,
    { sentence: "System Docker's containerd is killed", run: "sudo pkill -9 -f '^containerd --config /etc/containerd/system.toml'" },
    ...STILL_WORKS,
    {
      sentence: 'System Docker starts a new container with it',
      run: `sudo system-docker run --rm --net none "$(sudo system-docker inspect -f '{{.Config.Image}}' syslog)" echo a new system container`,
      prints: /^a new system container$/m,
      eventually: true,
    },
    {
      sentence: 'services that share a shim are restarted one by one, also the one that came first',
      run: 'for each in udev network syslog acpid cron ntp; do sudo system-docker restart -t 2 $each || exit; done',
      prints: /^ntp$/m,
      deadlineSeconds: 120,
    },
    ...STILL_WORKS,
    {
      sentence: "there is one shim for them and one for the user's Docker",
      run: `pgrep -f 'containerd-shim-runc-v2 .*/run/system-docker/containerd.sock' | wc -l`,
      prints: /^2$/m,
    },
    NO_ZOMBIES,
    { sentence: 'Ctrl-Alt-Del restarts the machine in order', reboots: { by: { type: 'press', keys: ['ctrl', 'alt', 'delete'] } }, deadlineSeconds: 90 },
    ...IDENTITY.slice(0, 1),
  ],
});
