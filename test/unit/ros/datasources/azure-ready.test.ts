import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tellAzureReady } from '../../../../overlays/ros/datasources/azure-ready.ts';
import { fetchConfiguration } from '../../../../overlays/ros/datasources/fetch.ts';
import { machine } from '../machine.ts';
import { beside, type Routes } from './server.ts';

const VERSION = { 'x-ms-version': '2012-11-30' };
const GOAL = `<?xml version="1.0" encoding="utf-8"?>
<GoalState xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <Version>2012-11-30</Version><Incarnation>7</Incarnation>
  <Machine><ExpectedState>Started</ExpectedState></Machine>
  <Container><ContainerId>c0ffee-1</ContainerId>
    <RoleInstanceList><RoleInstance><InstanceId>f00.vm_IN_0</InstanceId><State>Started</State></RoleInstance></RoleInstanceList>
  </Container>
</GoalState>`;
const WORD =
  '^<[?]xml [^>]*><Health><GoalStateIncarnation>7</GoalStateIncarnation><Container><ContainerId>c0ffee-1</ContainerId><RoleInstanceList><Role><InstanceId>f00\\.vm_IN_0</InstanceId><Health><State>Ready</State></Health></Role></RoleInstanceList></Container></Health>$';
const GOAL_STATE = 'GET /machine?comp=goalstate';
const HEALTH = 'POST /machine?comp=health';
const TAKEN: Routes = {
  [GOAL_STATE]: { needs: VERSION, body: GOAL },
  [HEALTH]: { needs: { ...VERSION, 'Content-Type': 'text/xml; charset=utf-8' }, takes: WORD },
};

const tell = (routes: Routes) => beside(routes, (at) => tellAzureReady({ ...onLine(), at }));

/** A machine that has an address. */
function onLine() {
  const system = machine({ '/proc/net/route': 'Iface\tDestination\neth0\t00000000\t00000000\n', '/dev/kmsg': '' });
  return { system, deadline: system.now() + 8000 };
}

test('Azure is told that the machine of the goal state is ready', async () => {
  await tell(TAKEN);
});

test('what is wrong with the goal state, or with the answer, is told with a sentence', async () => {
  await assert.rejects(tell({}), /168\.63\.129\.16 has no goal state/);
  await assert.rejects(tell({ [GOAL_STATE]: '<GoalState><Incarnation>7</Incarnation></GoalState>' }), /has no ContainerId/);
  await assert.rejects(tell({ [GOAL_STATE]: GOAL.replace('c0ffee-1', '&lt;x&gt;') }), /has no ContainerId/);
  await assert.rejects(tell({ ...TAKEN, [HEALTH]: { status: 400 } }), /does not take that the machine is ready \(status 400\)/);
});

const SERVICE = 'GET /metadata/instance?api-version=2021-12-13&format=json';
const COMPUTE = JSON.stringify({ compute: { name: 'azur' } });

/** All that was said on the kernel's log while the configuration was fetched from Azure, or from a file. */
async function logOf(datasource: string, routes: Routes): Promise<string> {
  return beside(routes, (at) => {
    const system = machine(
      {
        '/dev/kmsg': '',
        '/given': '#cloud-config\n',
        '/usr/lib/os-release': 'VERSION=v1.5.9\n',
        '/usr/share/ros/os-config.yml': `rancher: {cloud_init: {datasources: ["${datasource}"]}}\n`,
        '/proc/net/route': 'Iface\tDestination\neth0\t00000000\t00000000\n',
      },
      {
        answer: ({ argv }) => {
          if (argv.includes('blkid')) return { status: 2, stdout: '' };
          return ['hostname', 'ros'].includes(argv[0] ?? '') ? { status: 0, stdout: '' } : undefined;
        },
      },
    );
    fetchConfiguration(system, { at });
    return system.readText('/dev/kmsg') ?? '';
  });
}

test('Azure is told once its configuration is in force; a machine that cannot tell says so and starts; others tell nobody', async () => {
  assert.doesNotMatch(await logOf('azure', { ...TAKEN, [SERVICE]: COMPUTE }), /not told/);
  assert.match(await logOf('azure', { [SERVICE]: COMPUTE }), /azure was not told that the machine is ready: 168\.63\.129\.16 has no goal state\./);
  assert.doesNotMatch(await logOf('file:/given', {}), /not told/);
});
