import type { Check } from '../rig/boot-case.ts';
import { hostImage } from '../rig/host-image.ts';
import { bootTest } from '../rig/machine.ts';
import { KNOWN_KEY } from '../rig/ssh.ts';
import { STATE_LINE } from './state-checks.ts';

/** What the cloud-config of a disk says: files for the console and for a container that is made late, one of which sshd refuses. */
const USER_DATA = `#cloud-config
ssh_authorized_keys: ['${KNOWN_KEY.line}']
write_files:
  - {path: /etc/ssh/sshd_config, content: "Port 22\\nFrobnicate yes\\n"}
  - {path: /tmp/x, container: ntp, content: in ntp}
  - {path: /tmp/y, container: syslog, content: in syslog}
  - {path: /etc/respawn.conf, content: "/usr/bin/sleep 4242\\n"}
  - {path: /home/rancher/.docker/config.json, content: "{}", owner: "rancher:rancher"}
`;

const BROKEN = 'console:\\n  image: mine/none:1\\n  volumes: {/a: /b}\\n  restart: perhaps\\n';

const FOREIGN: readonly Check[] = [
  {
    sentence: 'the console is switched to an image that has neither sshd nor getty nor ros',
    ssh: 'curl -s http://169.254.169.254/image.tar | sudo system-docker import - mine/host:1 >/dev/null && sudo ros console switch -f mine/host:1; echo "ended with $?"',
    prints: /ended with 0/,
    deadlineSeconds: 200,
  },
  {
    sentence: 'keys open it over SSH, and ros and Docker work in it for whoever logs in',
    ssh: 'ls /usr/sbin/sshd /sbin/agetty 2>/dev/null; ros -v; id -Gn; docker version -f "{{.Server.Os}}"; readlink /proc/self/exe',
    prints: /RancherOS|v\d[\s\S]*docker[\s\S]*linux/,
    eventually: true,
    deadlineSeconds: 150,
  },
  // The user's sshd_config is written into the new console meanwhile, and sshd starts again.
  { sentence: 'it is another system', ssh: '. /etc/os-release; echo $ID', prints: /^(?!rancheros)\w+$/m, eventually: true },
  {
    sentence: 'nothing was asked of a registry for a console that the default one replaced',
    ssh: 'sudo dmesg | grep -c "service console"',
    exits: 1,
    prints: /^0$/m,
  },
  { sentence: 'root is refused there too', ssh: 'id', as: 'root', isRefused: true },
];

bootTest({
  name: 'no definition, no image and no file of the user’s costs the login: a broken one gives way, another system is lent what it lacks',
  runs: 'release',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 2048,
  append: `${STATE_LINE} rancher.state.autoformat=[/dev/vda]`,
  disks: [
    { name: 'blank', mebibytes: 2048 },
    { name: 'cidata', mebibytes: 16, holds: { type: 'fat', label: 'cidata', files: { 'meta-data': 'instance-id: consoles\n', 'user-data': USER_DATA } } },
  ],
  metadata: { answers: async ({ path }) => (path === '/image.tar' ? { body: hostImage() } : undefined) },
  checks: [
    { sentence: 'a key opens the login', ssh: 'id -un', prints: /^rancher$/m, eventually: true, deadlineSeconds: 120 },
    {
      sentence: 'a key of each kind is offered',
      ssh: 'for kind in rsa-sha2-512 ecdsa-sha2-nistp256 ssh-ed25519; do ssh -o BatchMode=yes -o StrictHostKeyChecking=accept-new -o UserKnownHostsFile=/tmp/$kind -o HostKeyAlgorithms=$kind nobody@127.0.0.1 true 2>/dev/null; cut -d" " -f2 /tmp/$kind; done',
      prints: /^ssh-rsa\necdsa-sha2-nistp256\nssh-ed25519$/m,
      eventually: true,
    },
    {
      sentence: 'the user’s sshd_config is told with its line, and the login stays',
      ssh: 'sudo dmesg | grep "refused by sshd"',
      prints: /sshd_config: line 2: Bad configuration option: Frobnicate/,
      eventually: true,
    },
    {
      sentence: 'a container that is made late has its file',
      ssh: 'sudo system-docker exec ntp cat /tmp/x; sudo system-docker exec syslog cat /tmp/y',
      prints: /in ntp.*in syslog/s,
      eventually: true,
      deadlineSeconds: 120,
    },
    { sentence: 'what respawn.conf names runs', ssh: 'pgrep -f "sleep 4242"', prints: /^\d+$/m, eventually: true },
    { sentence: 'the folder of a file in a home belongs to its owner', ssh: 'mkdir ~/.docker/contexts && stat -c %U ~/.docker', prints: /^rancher$/m, eventually: true },
    {
      sentence: 'the release is read-only in two places',
      ssh: 'ls /run/rancher/release/usr/bin/qjs; sudo ls /run/ros/release/usr/bin/qjs; sudo touch /run/ros/release/x 2>&1',
      exits: 1,
      prints: /qjs\n\/run\/ros\/release\/usr\/bin\/qjs\n.*[Rr]ead-only/s,
    },
    {
      sentence: 'a broken definition is not enabled',
      ssh: `printf '${BROKEN}' >/tmp/mine.yml; sudo ros console enable /tmp/mine.yml 2>&1`,
      exits: 1,
      prints: /nothing was changed:\n\/tmp\/mine\.yml:3:/,
    },
    {
      sentence: 'one that lies on the disk all the same is enabled',
      ssh: `sudo mkdir -p /var/lib/rancher/consoles; sudo cp /tmp/mine.yml /var/lib/rancher/consoles/mine.yml; sudo ros config set rancher.console mine; sync`,
    },
    { sentence: 'the machine restarts in order', reboots: { run: 'sudo reboot' }, deadlineSeconds: 120 },
    { sentence: 'there is a login, and the users’ Docker', ssh: 'docker version -f "{{.Server.Os}}"', prints: /^linux$/m, eventually: true, deadlineSeconds: 180 },
    {
      sentence: 'it is told what was wrong, and the default console runs',
      ssh: 'sudo dmesg | grep -e rancher.console -e "default console"; sudo ros console list',
      prints: /mine\.yml:3:.*volumes[\s\S]*The default console takes its place[\s\S]*^current {2}default$/m,
      eventually: true,
      deadlineSeconds: 60,
    },
    ...FOREIGN,
  ],
});
