import { cloudDisk, defineTarget, qcow2 } from '../pipeline/index.ts';

/** Networks without a virtual router give a config drive instead. */
const APPEND = 'rancher.cloud_init.datasources=[configdrive,cloudstack]';
const SIZE_MIB = 10240;

export default defineTarget({
  name: 'cloudstack',
  arch: 'amd64',
  summary: 'CloudStack with KVM: data of the virtual router, or a config drive',
  parts: (context) => ({ disk: cloudDisk(context, { name: 'cloudstack', append: APPEND }) }),
  files: {
    'rancheros-cloudstack.img': {
      about: 'the installed system as a compressed qcow2 of 10 GiB, BIOS and UEFI; its state grows with the disk',
      make: ({ context, name, disk }) => qcow2(context, disk, { name, sizeMiB: SIZE_MIB }),
    },
  },
});
