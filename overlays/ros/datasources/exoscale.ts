import type { Datasource } from './datasource.ts';
import { askTree } from './ec2-like.ts';

const SERVICE = 'http://169.254.169.254/1.0';

export const exoscale: Datasource = {
  name: 'exoscale',
  needs: 'network',
  ask: (context) =>
    askTree(context, {
      metadata: `${SERVICE}/meta-data`,
      userData: `${SERVICE}/user-data`,
      hostname: 'local-hostname',
    }),
};
