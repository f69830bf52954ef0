import { Failure } from '../runtime/system.ts';

interface Binding {
  readonly HostIp: string;
  readonly HostPort: string;
}

/** Ports of a container for Docker's API. */
export interface Ports {
  readonly exposed: Readonly<Record<string, object>>;
  readonly bindings: Readonly<Record<string, readonly Binding[]>>;
}

const FORM = /^(?:(?:(\[[0-9a-f:]+\]|[0-9.]+):)?(\d+(?:-\d+)?)?:)?(\d+(?:-\d+)?)(?:\/(tcp|udp|sctp))?$/i;

/** From `[[address:]port:]port[/protocol]`, each port perhaps a range, and ports that only linked containers see. */
export function portsOf(ports: readonly string[], expose: readonly string[]): Ports {
  const bindings = new Map<string, Binding[]>();
  for (const port of ports) {
    const found = FORM.exec(port);
    if (found === null) throw new Failure(`ports: “${port}” is not [[address:]port:]port`);
    const [, address = '', outside = '', inside = '', protocol = 'tcp'] = found;
    const inner = range(inside);
    const outer = outside === '' ? inner.map(() => '') : range(outside);
    if (outer.length !== inner.length) throw new Failure(`ports: “${port}” has ranges of different lengths`);
    for (const [index, number] of inner.entries()) {
      const key = `${number}/${protocol.toLowerCase()}`;
      const binding = { HostIp: address.replace(/[[\]]/g, ''), HostPort: outer[index] ?? '' };
      bindings.set(key, [...(bindings.get(key) ?? []), binding]);
    }
  }
  const further = expose.flatMap((port) => {
    const [numbers = '', protocol = 'tcp'] = port.split('/');
    if (!/^\d+(-\d+)?$/.test(numbers)) throw new Failure(`expose: “${port}” is not a port`);
    return range(numbers).map((number) => `${number}/${protocol}`);
  });
  return {
    exposed: Object.fromEntries([...bindings.keys(), ...further].map((key) => [key, {}])),
    bindings: Object.fromEntries(bindings),
  };
}

function range(text: string): string[] {
  const [first = 0, last = first] = text.split('-').map(Number);
  if (first < 1 || last > 65535 || last < first) throw new Failure(`ports: ${text} is no port or range of ports`);
  return Array.from({ length: last - first + 1 }, (_, index) => String(first + index));
}
