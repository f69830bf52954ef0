import { cloudDisk, defineTarget, dynamicVhd } from '../pipeline/index.ts';

const APPEND = 'nvme_core.io_timeout=4294967295 rancher.cloud_init.datasources=[aliyun]';
const SIZE_MIB = 10240;

export default defineTarget({
  name: 'aliyun',
  arch: 'amd64',
  summary: 'Alibaba Cloud ECS',
  parts: (context) => ({ disk: cloudDisk(context, { name: 'aliyun', append: APPEND }) }),
  files: {
    'rancheros-aliyun.vhd': {
      about: 'the installed system as a dynamic VHD of 10 GiB, BIOS and UEFI; its state grows with the disk',
      make: ({ context, name, disk }) => dynamicVhd(context, disk, { name, sizeMiB: SIZE_MIB }),
    },
  },
});
