import { flag, group, text, words } from './schema-words.ts';

export const STATE = group('The disk that keeps what must survive a restart.', {
  dev: text('The device, by path, LABEL=, UUID=, PARTLABEL= or PARTUUID=. Without it the state lies in memory.'),
  fstype: text('Its file system.', { default: 'auto' }),
  directory: text('Folder on it that holds the state.'),
  wait: flag('Wait up to 30 seconds for it.', { default: false }),
  required: flag('Do not start without it.', { default: false }),
  autoformat: words('Devices of which the first blank one becomes the state disk.'),
  mdadm_scan: flag('Assemble software RAID first.', { default: false }),
  lvm_scan: flag('Look for logical volumes first.', { default: false }),
  cryptsetup: flag('The release does not bring cryptsetup: give a disk that is not encrypted.', { deprecated: true }),
  rngd: flag('The kernel feeds its random numbers by itself.', { deprecated: true }),
  script: text('A program that is run before the state disk is looked for.'),
  oem_dev: text('Device with oem-config.yml.', { default: 'LABEL=RANCHER_OEM' }),
  oem_fstype: text('Its file system.', { default: 'auto' }),
  boot_dev: text('Device that is mounted at /boot.', { default: 'LABEL=RANCHER_BOOT' }),
  boot_fstype: text('Its file system.', { default: 'auto' }),
});
