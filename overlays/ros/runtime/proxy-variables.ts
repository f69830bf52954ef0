import type { System } from './system.ts';

/** Written by `ros early` and `ros netconf` from the configuration (`network/proxy.ts`), for root only; all containers of the system see it. */
export const PROXY_FILE = '/run/ros/proxy.env';

/** The variables of the file: what `ros` fetches from others, in whatever container and however it was started, goes by the proxy. */
export function proxyVariables(system: System): Readonly<Record<string, string>> {
  const text = system.readText(PROXY_FILE) ?? '';
  return Object.fromEntries(
    [...text.matchAll(/^(\w+)='(.*)'$/gm)].map(([, name = '', value = '']) => [name, value.replaceAll("'\\''", "'")]),
  );
}
