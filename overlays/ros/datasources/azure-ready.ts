import { Failure } from '../runtime/system.ts';
import { type Ask, askAll, askText } from './client.ts';
import type { Context } from './datasource.ts';
import { elementText } from './xml.ts';

const HOST = '168.63.129.16';
const SERVICE = `http://${HOST}/machine?comp=`;
const HEADERS = { 'x-ms-version': '2012-11-30', 'x-ms-agent-name': 'rancheros' };

/**
 * Azure waits for a word of each machine that it starts, and calls one that stays silent failed (Azure documentation, "Creating generalized
 * images without a provisioning agent"). The goal state names the machine, and the word has to repeat its names.
 */
export function tellAzureReady(context: Context): void {
  const goal = askText(context, { url: `${SERVICE}goalstate`, headers: HEADERS });
  if (goal === undefined) throw new Failure(`${HOST} has no goal state`);
  const [incarnation, container, instance] = ['Incarnation', 'ContainerId', 'InstanceId'].map((name) => {
    const text = elementText(goal, name) ?? '';
    // They are repeated inside of XML.
    if (!/^[\w.@{}-]{1,256}$/.test(text)) throw new Failure(`the goal state of ${HOST} has no ${name}`);
    return text;
  });
  const health: Ask = {
    url: `${SERVICE}health`,
    method: 'POST',
    headers: { ...HEADERS, 'Content-Type': 'text/xml; charset=utf-8' },
    text:
      '<?xml version="1.0" encoding="utf-8"?>' +
      `<Health><GoalStateIncarnation>${incarnation}</GoalStateIncarnation>` +
      `<Container><ContainerId>${container}</ContainerId><RoleInstanceList><Role><InstanceId>${instance}</InstanceId>` +
      '<Health><State>Ready</State></Health></Role></RoleInstanceList></Container></Health>',
  };
  const status = askAll(context, [health])[0]?.status ?? 0;
  if (status < 200 || status > 299)
    throw new Failure(`${HOST} does not take that the machine is ready (status ${status})`);
}
