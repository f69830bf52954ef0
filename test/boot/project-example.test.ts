import { bootTest } from '../rig/machine.ts';

// test/project-example, a project of one's own, built into its own directory.
bootTest({
  name: "a project of one's own is what its rancheros.yaml says",
  runs: 'release',
  target: 'acme',
  medium: 'cdrom',
  firmware: 'bios',
  memoryMiB: 1024,
  checks: [
    { sentence: 'its cloud-config names the machine', run: 'hostname', prints: /^acme$/m, eventually: true },
    { sentence: 'os-release has its name and version', run: 'cat /etc/os-release', prints: /^PRETTY_NAME="Acme OS v2\.1\.0-dev"$/m },
    { sentence: 'a file of its overlay takes the place of one of the release', run: 'cat /etc/motd', prints: /^Acme OS\. Ask Acme for help\.$/m },
    { sentence: 'another one comes in beside those of the release', run: `sh -lc 'echo Acme is $ACME'`, prints: /^Acme is here$/m },
    { sentence: 'the kernel has its argument, behind those of the release', run: 'cat /proc/cmdline', prints: / quiet console=ttyS1\s*$/m },
    { sentence: 'its packages are in the console', run: 'htop --version && /usr/sbin/qemu-ga --version', prints: /^htop 3\.[\s\S]*^QEMU Guest Agent/m },
    { sentence: 'its modules can be loaded', run: 'for each in pktgen rds ax25; do sudo modprobe $each || exit 1; done; lsmod', prints: /^(?=[\s\S]*^pktgen )(?=[\s\S]*^rds )(?=[\s\S]*^ax25 )/m },
    { sentence: 'its service runs as a container of the system', run: "sudo system-docker ps --format '{{.Names}} {{.Status}}'", prints: /^beacon Up /m, eventually: true },
    { sentence: 'and does its work', run: 'cat /run/acme-beacon', prints: /^beacon of \d\d:\d\d$/m, eventually: true },
    { sentence: 'the release tells of no problem', run: 'sudo ros config validate --all', prints: /^(?![\s\S]*(os-config|cloud-config)\.yml)/ },
  ],
});
