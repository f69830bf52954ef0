import type { Check } from '../rig/boot-case.ts';

/** The services that a live system starts by itself. */
export const SERVICES = ['udev', 'syslog', 'network', 'ntp', 'acpid', 'cron', 'console', 'docker'] as const;

export const IDENTITY: readonly Check[] = [
  { sentence: 'System Docker is PID 1', run: 'cat /proc/1/comm', prints: /^system-dockerd$/m },
  { sentence: 'the user rancher is logged in on the serial console', run: 'id -un', prints: /^rancher$/m },
  { sentence: 'rancher is logged in on the first screen too', run: 'ps -C bash,sh,login -o tty=', prints: /^tty1/m, eventually: true },
  { sentence: '`ros -v` tells the version', run: 'ros -v', prints: /^ros version v\d+\.\d+\.\d+/m },
];

export const SECURE_BOOT: Check = {
  sentence: 'Secure Boot is on',
  // The variables are mounted where they are looked at: a container's /sys is its own.
  run: 'sudo mount -t efivarfs efivarfs /sys/firmware/efi/efivars && od -An -tu1 -j4 /sys/firmware/efi/efivars/SecureBoot-*',
  prints: /^ *1$/m,
};

const INSPECT = `sudo system-docker inspect -f '{{.Name}} {{.State.Status}} {{.RestartCount}}' ${SERVICES.join(' ')}`;

const eachIs = (state: string): RegExp => new RegExp(`^${SERVICES.map((name) => `/${name} ${state}\\n`).join('')}$`);

/** All at once: a client of Docker that starts costs seconds of an emulated processor. */
export const SERVICES_UP: Check = { sentence: `the system services run: ${SERVICES.join(', ')}`, run: INSPECT, prints: eachIs('running \\d+'), eventually: true };

/** One that was started again never has zero again. */
export const SERVICES_RUN: readonly Check[] = [{ ...SERVICES_UP, sentence: `the system services run, and none of them had to be started again: ${SERVICES.join(', ')}`, prints: eachIs('running 0') }];

/** Each service is asked for the work it is there for. */
export const SERVICES_WORK: readonly Check[] = [
  {
    // Looked at by the last check of this list: cron needs up to a minute.
    sentence: 'cron takes a job',
    run: `sudo system-docker exec cron sh -c 'echo "* * * * * echo worked >/run/cron-worked" | busybox crontab -'`,
  },
  {
    sentence: 'syslog writes down a line that is sent to it',
    run: 'logger -t boot-test a-line-of-this-boot && sleep 1 && sudo grep a-line-of-this-boot /var/log/syslog',
    prints: /boot-test/,
    eventually: true,
  },
  { sentence: 'network leased an address', run: 'ip -4 address show eth0', prints: /inet 10\.0\.2\.15\/24 .*dynamic/, eventually: true },
  { sentence: 'the leased network has its route', run: 'ip route', prints: /^10\.0\.2\.0\/24 dev eth0 proto dhcp /m, eventually: true },
  { sentence: 'ntp has sources for the clock', run: 'chronyc -n sources -a', prints: /^\^[?*+-] /m, eventually: true },
  { sentence: 'a disk is plugged in', action: { type: 'plug-disk', serial: 'hotplugged', slot: 'hot0', mebibytes: 64 } },
  {
    sentence: 'udev gives the plugged disk its nodes',
    run: 'readlink -f /dev/disk/by-id/virtio-hotplugged && sudo blockdev --getsize64 /dev/disk/by-id/virtio-hotplugged',
    prints: /^\/dev\/vd[a-z]\n67108864$/m,
    eventually: true,
  },
  { sentence: 'a network card is plugged in', action: { type: 'plug-network-card', id: 'plugged-card', slot: 'hot1' } },
  { sentence: 'the plugged card gets an address', run: 'ip -4 -o address show eth1', prints: /inet 10\..*dynamic/, eventually: true },
  { sentence: 'cron ran the job', run: 'cat /run/cron-worked', prints: /^worked$/m, eventually: true, deadlineSeconds: 90 },
];

/** An image made in the machine out of its own busybox: the tests reach no registry. */
export const IMPORT_IMAGE: Check = {
  sentence: 'docker imports an image that was made there',
  run: `set -e
d=$(mktemp -d)
mkdir -p $d/bin $d/tmp
cp "$(command -v busybox)" $d/bin/busybox
for name in sh echo cat sleep true ls ps httpd wget; do ln -s busybox $d/bin/$name; done
tar -C $d -c . | docker import -c 'CMD ["/bin/sh"]' - busybox:test`,
  prints: /^sha256:[0-9a-f]{64}$/m,
  eventually: true,
  deadlineSeconds: 90,
};

export const DOCKER_RUNS: readonly Check[] = [
  { sentence: 'docker answers', run: 'docker version -f "{{.Server.Version}}"', prints: /^\d+\./m, eventually: true, deadlineSeconds: 90 },
  IMPORT_IMAGE,
  { sentence: 'a container of it prints its line', run: 'docker run --rm busybox:test echo hello from a container', prints: /^hello from a container$/m },
];

export const DOCKER_WORKS: readonly Check[] = [
  ...DOCKER_RUNS,
  {
    sentence: 'docker build runs a step and makes an image',
    run: `set -e
mkdir -p /tmp/build && cd /tmp/build
printf 'FROM busybox:test\\nRUN echo made by a build step >/made\\nCMD ["cat", "/made"]\\n' >Dockerfile
docker build -t built:test .
docker run --rm built:test`,
    prints: /^made by a build step$/m,
    deadlineSeconds: 120,
  },
  {
    sentence: 'docker compose starts services that reach each other by name',
    run: `set -e
mkdir -p /tmp/composed && cd /tmp/composed
cat >compose.yaml <<'END'
services:
  web:
    image: busybox:test
    command: sh -c 'echo hello from compose >/tmp/index.html; exec httpd -f -p 80 -h /tmp'
    ports: ['8080:80']
END
docker compose up -d
docker run --rm --network composed_default busybox:test sh -c 'for i in 1 2 3 4 5 6 7 8 9 10; do wget -q -O - http://web/ && exit; sleep 1; done; exit 1'`,
    prints: /^hello from compose$/m,
    deadlineSeconds: 120,
  },
  { sentence: 'a published port answers on the host', run: 'curl -s --retry 5 --retry-connrefused http://127.0.0.1:8080/', prints: /^hello from compose$/m, eventually: true },
  { sentence: 'docker compose takes them down again', run: 'cd /tmp/composed && docker compose down -t 1 && docker ps -qa | wc -l', prints: /^0$/m },
];

export const NO_ZOMBIES: Check = { sentence: 'no process is a zombie', run: `ps -eo stat=,pid=,comm= | grep '^Z' || echo none`, prints: /^none\n$/, eventually: true };
