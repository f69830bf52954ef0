import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readKernelLine } from '../../../overlays/ros/config/kernel-line.ts';
import { liveMedium } from '../../../pipeline/emulator/release-machine.ts';
import { grubSettings } from '../../../pipeline/formats/grub-settings.ts';
import { ipxeText } from '../../../pipeline/recipes/ipxe.ts';
import { AUTOFORMAT, type BootMedium, INIT_ARGUMENTS, kernelArguments, menuArguments } from '../../../pipeline/shared/kernel-arguments.ts';
import { projectFolder } from '../../rig/project.ts';

const LIVE_AMD64 = 'console=tty1 console=ttyS0,115200 printk.devkmsg=on panic=10';
const LIVE_ARM64 = 'console=tty1 console=ttyS0,115200 console=ttyAMA0,115200 printk.devkmsg=on panic=10';
const LOGINS_AMD64 = 'rancher.autologin=tty1 rancher.autologin=ttyS0 rancher.autologin=ttyS1';
const LOGINS_ARM64 = 'rancher.autologin=tty1 rancher.autologin=ttyS0 rancher.autologin=ttyAMA0';
const STATE = 'rancher.state.dev=LABEL=RANCHER_STATE rancher.state.wait';

/** Every file that ships or starts a machine with a kernel's command line, as it is rendered. */
const RENDERED: readonly (readonly [file: string, rendered: string, expected: string])[] = [
  [
    'boot/grub/arguments.cfg of an ISO for amd64',
    grubSettings(menuArguments('iso', 'amd64')),
    `set arguments='${LIVE_AMD64} rancher.boot=LABEL=RancherOS ${LOGINS_AMD64} quiet'\nset debug='rancher.debug=true loglevel=7'\nset memory='rancher.toram'\n`,
  ],
  [
    'boot/grub/arguments.cfg of an ISO for arm64',
    grubSettings(menuArguments('iso', 'arm64')),
    `set arguments='${LIVE_ARM64} rancher.boot=LABEL=RancherOS ${LOGINS_ARM64} quiet'\nset debug='rancher.debug=true loglevel=7'\nset memory='rancher.toram'\n`,
  ],
  [
    'slot.cfg of a disk for amd64',
    grubSettings({ version: 'v1', ...menuArguments('disk', 'amd64') }),
    `set arguments='${LIVE_AMD64} ${STATE} quiet'\nset debug='rancher.debug=true loglevel=7'\nset login='${LOGINS_AMD64}'\nset recovery='rancher.recovery=true'\nset version='v1'\n`,
  ],
  [
    'slot.cfg of a disk for arm64',
    grubSettings({ version: 'v1', ...menuArguments('disk', 'arm64') }),
    `set arguments='${LIVE_ARM64} ${STATE} quiet'\nset debug='rancher.debug=true loglevel=7'\nset login='${LOGINS_ARM64}'\nset recovery='rancher.recovery=true'\nset version='v1'\n`,
  ],
  [
    'rancheros.ipxe',
    ipxeText({ version: 'v1', releaseUrl: 'https://releases.example/v1' }),
    `#!ipxe\n# RancherOS v1\ndhcp\nisset \${base-url} || set base-url https://releases.example/v1\nkernel \${base-url}/vmlinuz initrd=initrd ${LIVE_AMD64} ${LOGINS_AMD64}\ninitrd --name initrd \${base-url}/initrd\nboot\n`,
  ],
  ['cmdline.txt of a card, without its UUID', kernelArguments('card', 'arm64'), `console=tty1 console=ttyS1,115200 printk.devkmsg=on panic=10 ${STATE} quiet`],
  ['append.cfg of an autoformat ISO', grubSettings({ append: AUTOFORMAT }), `set append='rancher.state.autoformat=[/dev/sda,/dev/vda] ${STATE}'\n`],
];

for (const [file, rendered, expected] of RENDERED) {
  test(`${file} has the arguments of its start`, () => assert.equal(rendered, expected));
}

for (const [board, arch] of [
  ['q35', 'amd64'],
  ['virt', 'arm64'],
] as const) {
  test(`the emulator starts a kernel for ${arch} as the network does, with what is appended last`, () => {
    const medium = liveMedium('kernel', '/release', { board, append: 'a=b' });
    assert.equal(medium.type === 'kernel' ? medium.append : undefined, `${kernelArguments('network', arch)} a=b`);
  });
}

/** Lines of a menu that start a kernel, and what its entries hand to the function that does. */
function startsOf(menu: string): readonly string[] {
  return readFileSync(join(projectFolder, 'overlays', menu), 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line.startsWith('linux ') || line.startsWith('menuentry '))
    .map((line) => line.replace(/^menuentry "[^"]*"/, 'menuentry'));
}

test('the menus take every argument from the variables that are rendered', () => {
  assert.deepEqual(startsOf('iso/boot/grub/grub.cfg'), [
    'menuentry {',
    'linux /boot/vmlinuz $arguments $append',
    'menuentry {',
    'linux /boot/vmlinuz $arguments $memory $append',
    'menuentry {',
    'linux /boot/vmlinuz $arguments $debug $append',
  ]);
  assert.deepEqual(startsOf('disk/grub.cfg'), [
    'linux /$each/boot/vmlinuz $arguments rancher.boot=UUID=$uuid rancher.slot=$each $append $@',
    'menuentry $each { start $2 }',
    'menuentry $chosen { start $2 $debug }',
    'menuentry $chosen { start $2 $login }',
    'menuentry $chosen { start $2 $recovery }',
  ]);
});

const MEDIA: readonly BootMedium[] = ['iso', 'network', 'disk', 'card'];

test('the guest reads each of them without a problem, and leaves out what is meant for /init', () => {
  for (const medium of MEDIA) {
    for (const arch of ['amd64', 'arm64'] as const) {
      const line = `${kernelArguments(medium, arch)} ${[...INIT_ARGUMENTS].map((name) => `${name}=x`).join(' ')}`;
      const { problems, config } = readKernelLine(line);
      assert.deepEqual(problems, [], `${medium} ${arch}`);
      assert.deepEqual(Object.keys(config.rancher ?? {}), medium === 'iso' || medium === 'network' ? ['autologin'] : ['state']);
    }
  }
});
