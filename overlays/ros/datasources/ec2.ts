import type { System } from '../runtime/system.ts';
import type { Datasource } from './datasource.ts';
import { askTree, tokenHeaders } from './ec2-like.ts';

const SERVICE = 'http://169.254.169.254/latest';

/** Amazon EC2 and compatible services. With a token (IMDSv2) wherever the service has tokens. */
export const ec2: Datasource = {
  name: 'ec2',
  needs: 'network',
  ask: (context) => {
    const headers = tokenHeaders(context, {
      url: `${SERVICE}/api/token`,
      lifetimeHeader: 'X-aws-ec2-metadata-token-ttl-seconds',
      header: 'X-aws-ec2-metadata-token',
    });
    return askTree(
      context,
      { metadata: `${SERVICE}/meta-data`, userData: `${SERVICE}/user-data`, headers, hostname: 'hostname' },
      rootDisk(context.system),
    );
  },
};

/** The disk to grow on EC2: newer machines have NVMe, older ones Xen's disks. */
function rootDisk(system: System): string | undefined {
  return ['nvme0n1', 'xvda']
    .filter((name) => system.readText(`/sys/block/${name}/size`) !== undefined)
    .map((name) => `/dev/${name}`)[0];
}
