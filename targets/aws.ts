import { awsImageFile, cloudDisk, defineTarget, zstdCompressed } from '../pipeline/index.ts';

/** Amazon's volumes answer late rather than never: NVMe requests must not time out (EC2 user guide, "NVMe I/O operation timeout"). */
const APPEND = 'nvme_core.io_timeout=4294967295 rancher.cloud_init.datasources=[ec2]';

/** What RegisterImage is told; an account fills in the snapshot. Its default for Architecture is i386. */
const REGISTER = {
  Architecture: 'x86_64',
  BlockDeviceMappings: [
    { DeviceName: '/dev/xvda', Ebs: { DeleteOnTermination: true, VolumeSize: 10, VolumeType: 'gp3' } },
  ],
  BootMode: 'uefi-preferred',
  EnaSupport: true,
  ImdsSupport: 'v2.0',
  RootDeviceName: '/dev/xvda',
  SriovNetSupport: 'simple',
  VirtualizationType: 'hvm',
};

export default defineTarget({
  name: 'aws',
  arch: 'amd64',
  summary: 'Amazon EC2, BIOS and UEFI, Nitro and before',
  parts: (context) => ({ disk: cloudDisk(context, { name: 'aws', append: APPEND }) }),
  files: {
    'rancheros-aws.raw.zst': {
      about:
        'the installed system as a raw disk, compressed by zstd, for the import of a snapshot; its state grows with the volume',
      make: ({ context, name, disk }) => zstdCompressed(context, name, disk.stream),
    },
    'aws-image.json': {
      about: 'what to register the snapshot with: boot mode, network, root device, metadata',
      make: ({ context, name }) => awsImageFile(context, name, { Name: `rancheros-${context.version}`, ...REGISTER }),
    },
  },
});
