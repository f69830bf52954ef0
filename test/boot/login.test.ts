import { bootTest } from '../rig/machine.ts';
import { KNOWN_KEY } from '../rig/ssh.ts';

/** What the kernel command line says; YAML without quotes of its own. */
const LINE = {
  'rancher.password': 'opens-no-ssh',
  'cc.ssh_authorized_keys': `[${KNOWN_KEY.line}]`,
  'cc.write_files':
    '[{path: /etc/given/file, content: given, owner: docker, permissions: 0640}, {path: /etc/given/b64, content: aGVsbG8=, encoding: b64}, {path: /etc/given/odd, content: x, owner: nobody-knows}]',
  'cc.mounts': '[[LABEL=DATA, /mnt/data, ext4, ro], [LABEL=GONE, /mnt/gone, ext4, ro]]',
  'cc.runcmd': '[cat /mnt/data/hello /etc/given/b64 >>/run/ran, [touch, /run/two words], exit 7, echo last >>/run/ran]',
  'cc.bootcmd': '[cat /proc/1/comm >/run/booted]',
};

const words = (line: Readonly<Record<string, string>>) =>
  Object.entries(line)
    .map(([key, value]) => `${key}="${value}"`)
    .join(' ');

bootTest({
  name: 'whoever may log in gets in, nobody else does, and what the user gave is written, mounted and run once',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  append: words(LINE),
  disks: [{ name: 'data', mebibytes: 16, holds: { type: 'ext4', label: 'DATA', files: { hello: 'from the disk\n' } } }],
  checks: [
    { sentence: 'the banner on the serial console says the version, and how to get help', shows: /RancherOS v\d+\.\d+\.\d+.* on ttyS0\s+Help: `ros help`/ },
    { sentence: 'it says that nothing is kept', shows: /everything is in memory and lost at the next start/ },
    { sentence: 'a key of the configuration opens the account rancher over SSH', ssh: 'id -un; sudo id -u', prints: /^rancher\n0\n$/, eventually: true },
    { sentence: 'and the account docker, which may use the engine', ssh: 'id -un; id -Gn', as: 'docker', prints: /^docker\n.*\bdocker\b/ },
    { sentence: 'root is refused', ssh: 'id', as: 'root', isRefused: true },
    { sentence: 'a strange key is refused', ssh: 'id', with: 'strange-key', isRefused: true },
    { sentence: 'the right password is refused over SSH', ssh: 'id', with: { password: 'opens-no-ssh' }, isRefused: true },
    {
      sentence: 'the same password opens the account on a terminal',
      // What su asks is answered from a terminal of its own, as nobody: root would not be asked.
      run: `echo opens-no-ssh | setsid su rancher -c 'id -un' 2>&1 | tail -1; echo wrong | setsid su docker -c 'id -un' 2>&1 | tail -1`,
      prints: /rancher\n.*[Ff]ailure/,
    },
    { sentence: 'the password shows in no list of processes', run: `ps axww -o args | grep -c '[o]pens-no-ssh' || true`, prints: /^0\n$/ },
    { sentence: 'the console is prepared', run: 'ls /run/console-done', eventually: true, deadlineSeconds: 90 },
    { sentence: 'bootcmd was run before System Docker took over', run: 'cat /run/booted', prints: /^(start|sh|busybox)$/m },
    {
      sentence: 'files are written with their content, owner and mode',
      run: 'sudo stat -c "%U %a" /etc/given/file; sudo cat /etc/given/file; echo; cat /etc/given/b64',
      prints: /^docker 640\ngiven\nhello$/,
    },
    {
      sentence: 'the disk is mounted as it is said, and the container of the user’s Docker sees it',
      run: 'sudo system-docker exec docker cat /mnt/data/hello; findmnt -n -o OPTIONS /mnt/data',
      prints: /^from the disk\nro,/,
      eventually: true,
    },
    { sentence: 'runcmd was run in order behind files and mounts, each command once', run: 'cat /run/ran; ls /run/two*', prints: /^from the disk\nhellolast\n\/run\/two words$/m },
    {
      sentence: 'what went wrong is told, with its place',
      run: 'sudo dmesg | grep ros:',
      prints:
        /write_files: \/etc\/given\/odd is not written: .*nobody-knows[\s\S]*mounts: LABEL=GONE is not mounted on \/mnt\/gone: there is no device[\s\S]*runcmd: command 3 ended with status 7; its output stands in \/var\/log\/runcmd\.log/,
    },
    {
      sentence: 'a console that is started again does nothing twice',
      ssh: 'sudo sh -c "(sleep 1; rm /run/console-done; pkill -9 -o -f /usr/lib/ros/services/console) >/dev/null 2>&1 &"',
    },
    {
      sentence: 'it is prepared again, and the commands were not run again',
      ssh: 'ls /run/console-done && cat /run/ran',
      prints: /^\/run\/console-done\nfrom the disk\nhellolast\n$/,
      eventually: true,
      deadlineSeconds: 90,
    },
  ],
});

bootTest({
  name: 'the console is switched to another image and back, and one that does not stay gives way to the default one',
  runs: 'release',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  append: `rancher.ssh.port=22 cc.ssh_authorized_keys="[${KNOWN_KEY.line}]"`,
  checks: [
    {
      sentence: 'an image for it is there',
      run: 'v=$(ros -v | cut -d" " -f3); sudo system-docker tag rancher/os-console:$v mine/other:1; sudo system-docker tag rancher/os-base:$v mine/broken:1',
      eventually: true,
    },
    { sentence: 'the console is switched', ssh: 'sudo ros console switch -f mine/other:1; true', eventually: true },
    { sentence: 'the other console runs', ssh: 'sudo ros console list', prints: /^disabled default\ndisabled debian\ncurrent {2}other$/m, eventually: true },
    { sentence: 'a broken one is switched to', ssh: `printf 'console:\\n  image: mine/broken:1\\n  command: "false"\\n' >/tmp/broken.yml; sudo ros console switch -f /tmp/broken.yml; true` },
    { sentence: 'that it did not stay is told', shows: /the console broken ended.*The default console takes its place/ },
    { sentence: 'the default console runs', ssh: 'sudo ros console list', prints: /^current {2}default\ndisabled debian\nenabled {2}broken\ndisabled other$/m, eventually: true },
  ],
});
