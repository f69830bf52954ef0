import { cloudDisk, defineTarget, qcow2 } from '../pipeline/index.ts';

/** The metadata service of OpenStack speaks like that of EC2 too. */
const APPEND = 'rancher.cloud_init.datasources=[configdrive,ec2]';
const SIZE_MIB = 10240;

export default defineTarget({
  name: 'openstack',
  arch: 'amd64',
  summary: 'OpenStack with KVM: config drive or metadata service',
  parts: (context) => ({ disk: cloudDisk(context, { name: 'openstack', append: APPEND }) }),
  files: {
    'rancheros-openstack.img': {
      about: 'the installed system as a compressed qcow2 of 10 GiB, BIOS and UEFI; its state grows with the disk',
      make: ({ context, name, disk }) => qcow2(context, disk, { name, sizeMiB: SIZE_MIB }),
    },
  },
});
