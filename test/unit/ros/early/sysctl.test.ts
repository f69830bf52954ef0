import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { CloudConfig } from '../../../../overlays/ros/config/schema.ts';
import { loadModulesOfSettings, setKernelSettings, setNetworkSettings, tellSettingsWithoutPlace } from '../../../../overlays/ros/early/sysctl.ts';
import { Failure } from '../../../../overlays/ros/runtime/system.ts';
import { type Machine, machine } from '../machine.ts';

const CONFIG: CloudConfig = {
  rancher: {
    sysctl: {
      'vm.swappiness': '900',
      'kernel.panic': '10',
      'net.ipv4.conf.eth0.rp_filter': '2',
      'net.netfilter.nf_conntrack_max': '131072',
      'net/ipv4/conf/eth0.100/forwarding': '1',
      'net.ipv4.no_such': '1',
    },
  },
};

/** A kernel that has these settings and refuses swappiness above 200; its modules bring further ones. */
function kernel(): { readonly system: Machine; readonly comes: (path: string) => void; readonly log: () => string } {
  const plain = machine(
    { '/dev/kmsg': '', '/proc/sys/vm/swappiness': '60\n', '/proc/sys/kernel/panic': '0\n' },
    {
      answer: ({ argv }) => {
        if (argv[0] !== 'modprobe') return undefined;
        if (argv.includes('nf_conntrack')) comes('net/netfilter/nf_conntrack_max');
        return { status: 0, stdout: '' };
      },
    },
  );
  const comes = (path: string) => {
    const file = join(plain.root, 'proc/sys', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '0\n');
    chmodSync(file, 0o644);
  };
  const system: Machine = {
    ...plain,
    writeText: (path, text) => {
      if (path.endsWith('swappiness') && Number(text) > 200) throw new Failure(`${path} cannot be written: invalid argument`);
      plain.writeText(path, text);
    },
  };
  return { system, comes, log: () => plain.readText('/dev/kmsg') ?? '' };
}

test('each setting that the kernel refuses is told with its value and the reason, and the others are set', () => {
  const { system, log } = kernel();
  setKernelSettings(system, CONFIG);
  assert.equal(log(), '<3>ros: rancher.sysctl: vm.swappiness=900 is not set: /proc/sys/vm/swappiness cannot be written: invalid argument\n');
  assert.equal(system.readText('/proc/sys/kernel/panic'), '10\n');
});

test('settings of modules and cards are set when these have come, and one that never has a place is told at the end', () => {
  const { system, comes, log } = kernel();
  setKernelSettings(system, { rancher: { sysctl: { ...CONFIG.rancher?.sysctl, 'vm.swappiness': '10' } } });
  assert.equal(log(), '');
  assert.equal(system.readText('/proc/sys/net/netfilter/nf_conntrack_max'), undefined);
  loadModulesOfSettings(system, CONFIG);
  comes('net/ipv4/conf/eth0/rp_filter');
  setNetworkSettings(system, CONFIG);
  assert.equal(system.readText('/proc/sys/net/netfilter/nf_conntrack_max'), '131072\n');
  assert.equal(system.readText('/proc/sys/net/ipv4/conf/eth0/rp_filter'), '2\n');
  comes('net/ipv4/conf/eth0.100/forwarding');
  setNetworkSettings(system, CONFIG);
  assert.equal(system.readText('/proc/sys/net/ipv4/conf/eth0.100/forwarding'), '1\n');
  tellSettingsWithoutPlace(system, CONFIG);
  assert.equal(log(), '<3>ros: rancher.sysctl: net.ipv4.no_such=1 is not set: this kernel has no such setting\n');
});
