import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { projectFolder } from '../../../rig/project.ts';

const ADDRESSES = `lo               UNKNOWN        127.0.0.1/8 ::1/128
eth0             UP             10.9.8.7/24 2001:db8::7/64
docker0          DOWN           172.17.0.1/16
br-0a1b2c3d4e5f  UP             172.18.0.1/16
br0@eth1         UP             192.168.1.2/24
veth12@if3       UP             169.254.1.1/16
`;

/** What the script writes on a machine with these addresses and mounts. */
function banner(addresses: string, mounts: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'banner-'));
  try {
    const program = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      chmodSync(join(folder, name), 0o755);
    };
    program('ip', `#!/bin/sh\ncat <<'END'\n${addresses}END\n`);
    program('agetty', '#!/bin/sh\n');
    writeFileSync(join(folder, 'mounts'), mounts);
    const script = readFileSync(join(projectFolder, 'overlays/system/usr/lib/ros/banner'), 'utf8').replaceAll('/run/', `${folder}/run/`).replaceAll('/proc/self/mounts', join(folder, 'mounts'));
    const { status, stderr } = spawnSync('sh', ['-s', 'once'], { input: script, encoding: 'utf8', env: { PATH: `${folder}:${process.env['PATH']}` } });
    assert.equal(status, 0, stderr);
    return readFileSync(join(folder, 'run/issue.d/10-ros.issue'), 'utf8');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const DISK = 'overlay / overlay rw 0 0\n/dev/vda3 /var/lib/rancher ext4 rw 0 0\n';

test("the banner lists the addresses of cards and bridges, and not those of Docker's own networks", () => {
  assert.equal(banner(ADDRESSES, DISK), 'Addresses:\n  eth0: 10.9.8.7\n  eth0: 2001:db8::7\n  br0: 192.168.1.2\n\n');
});

test('without an address the banner says so', () => {
  assert.equal(banner('lo UNKNOWN 127.0.0.1/8\n', DISK), 'Addresses: none yet\n\n');
});

for (const type of ['tmpfs', 'overlay']) {
  test(`the banner says that nothing is kept where the state lies on ${type}`, () => {
    assert.match(banner(ADDRESSES, `${DISK}x /var/lib/rancher ${type} rw 0 0\n`), /everything is in memory and lost at the next start/);
  });
}

test('who was logged in before there was an address is told it when it comes, once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'banner-'));
  try {
    for (const [name, text] of [
      ['ip', `#!/bin/sh\n[ "$1" = monitor ] && { echo 2: eth0; sleep 3; exit; }\n[ -e ${folder}/up ] && echo 'eth0 UP 10.9.8.7/24'\n: >${folder}/up\n`],
      ['agetty', '#!/bin/sh\n'],
      ['sleep', '#!/bin/sh\n'],
    ] as const) {
      writeFileSync(join(folder, name), text);
      chmodSync(join(folder, name), 0o755);
    }
    const script = readFileSync(join(projectFolder, 'overlays/system/usr/lib/ros/banner'), 'utf8').replaceAll('/run/', `${folder}/run/`).replaceAll('of="/dev/', `of="${folder}/`);
    const lines = `mkdir -p ${folder}/run/ros/console/kept; echo agetty --noclear --autologin rancher tty1 >${folder}/run/ros/console/kept/tty1; echo agetty --noclear tty2 >${folder}/run/ros/console/kept/tty2; : >${folder}/tty1; : >${folder}/tty2\n`;
    const { status, stderr } = spawnSync('sh', ['-s'], { input: `${lines}${script}\nwait\n`, encoding: 'utf8', env: { PATH: `${folder}:${process.env['PATH']}` } });
    assert.equal(status, 0, stderr);
    assert.equal(readFileSync(join(folder, 'tty1'), 'utf8'), '\r\nAddress of eth0: 10.9.8.7\r\n');
    assert.equal(readFileSync(join(folder, 'tty2'), 'utf8'), '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
