import type { Datasource } from './datasource.ts';
import { askTree, tokenHeaders } from './ec2-like.ts';

const HOST = 'http://100.100.100.200';
const SERVICE = `${HOST}/2016-01-01`;

/** Alibaba Cloud. Machines in its hardened mode want a token, as on EC2. */
export const aliyun: Datasource = {
  name: 'aliyun',
  needs: 'network',
  ask: (context) => {
    const headers = tokenHeaders(context, {
      url: `${HOST}/latest/api/token`,
      lifetimeHeader: 'X-aliyun-ecs-metadata-token-ttl-seconds',
      header: 'X-aliyun-ecs-metadata-token',
    });
    return askTree(context, {
      metadata: `${SERVICE}/meta-data`,
      userData: `${SERVICE}/user-data`,
      headers,
      hostname: 'hostname',
      addresses: { private_ipv4: 'private-ipv4', public_ipv4: 'eipv4' },
    });
  },
};
