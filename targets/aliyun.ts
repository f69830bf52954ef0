import { cloudDisk, defineTarget, dynamicVhd } from '../pipeline/index.ts';

const APPEND = 'nvme_core.io_timeout=4294967295 rancher.cloud_init.datasources=[aliyun]';
const SIZE_MIB = 10240;

export default defineTarget({
  name: 'aliyun',
  arch: 'amd64',
  summary: 'Alibaba Cloud ECS',
  files: {
    'rancheros-aliyun.vhd':
      'the installed system as a dynamic VHD of 10 GiB, BIOS and UEFI; its state grows with the disk',
  },
  make(context) {
    const disk = cloudDisk(context, { name: 'aliyun', append: APPEND });
    return {
      'rancheros-aliyun.vhd': dynamicVhd(context, disk, { name: 'rancheros-aliyun.vhd', sizeMiB: SIZE_MIB }),
    };
  },
});
