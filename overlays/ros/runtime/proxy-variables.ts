import type { System } from './system.ts';

/** Written by `ros early` and `ros netconf` from the configuration (`network/proxy.ts`), for root only; all containers of the system see it. */
export const PROXY_FILE = '/run/ros/proxy.env';

/** The proxy's variables: `ros` fetches through the proxy in every container and however it was started. */
export function proxyVariables(system: System): Readonly<Record<string, string>> {
  const text = system.readText(PROXY_FILE) ?? '';
  return Object.fromEntries(
    [...text.matchAll(/^(\w+)='(.*)'$/gm)].map(([, name = '', value = '']) => [name, value.replaceAll("'\\''", "'")]),
  );
}
