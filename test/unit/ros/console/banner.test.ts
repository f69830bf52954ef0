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
