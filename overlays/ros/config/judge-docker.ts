import { readArguments } from '../docker/arguments.ts';
import { DOCKER_MAJOR, LOG_DRIVERS } from '../docker/dockerd-options.ts';
import { accepted, refusalOf, refusalText } from '../docker/refused-options.ts';
import { systemOptions } from '../docker/system-options.ts';
import { addressBits, parseSubnet } from '../network/subnet.ts';
import { type Judgement, LEFT_OUT, type Verdict } from './judge.ts';
import { at, isTree, type Tree } from './merge.ts';
import { nameOf, type Path } from './problem.ts';
import type { DockerOptions } from './schema.ts';

/** Keys of rancher.docker whose values dockerd checks before it starts, and dockerd's names for them. */
const CHECKED: Readonly<Record<string, string>> = {
  'host.*': 'host',
  host: 'host',
  'insecure_registry.*': 'insecure-registry',
  log_driver: 'log-driver',
  'registry_mirror.*': 'registry-mirror',
  registry_mirror: 'registry-mirror',
  storage_driver: 'storage-driver',
};

const engine: Judgement['judge'] = (value, path) =>
  value === '' || new RegExp(`^(docker-)?${DOCKER_MAJOR}(\\.|$)`).test(String(value))
    ? undefined
    : {
        message: `${nameOf(path)} names “${String(value)}”, and this release has one engine, Docker ${DOCKER_MAJOR}, which runs instead.`,
        hint: 'Leave the key out; another engine comes with another release.',
      };

function option(name: string): Judgement['judge'] {
  return (value, path) => {
    if (typeof value !== 'string' || value === '') return undefined;
    const refusal = refusalOf({ name, value });
    if (refusal === undefined) return undefined;
    const [instead] = accepted([{ name, value }]).options;
    return {
      message: `${capital(nameOf(path))} ${refusal.why}${instead === undefined ? '; it is left out' : ''}.`,
      ...(refusal.instead === undefined ? {} : { hint: refusal.instead }),
      becomes: instead?.value ?? LEFT_OUT,
    };
  };
}

/** The options that dockerd would refuse; docker-config leaves them out when it makes the command line. */
const words: Judgement['judge'] = (value, path) => {
  if (!Array.isArray(value)) return undefined;
  const { refused } = accepted(readArguments(value as readonly string[]));
  return refused.map(
    (refusal): Verdict => ({
      message: refusalText(nameOf(path), refusal),
      ...(refusal.instead === undefined ? {} : { hint: refusal.instead }),
    }),
  );
};

/** Why dockerd would not start with it. */
function bridgeError(text: string): string | undefined {
  const subnet = parseSubnet(text);
  const address = addressBits(text.split('/')[0] ?? '');
  if (subnet === undefined || address === undefined) return 'is no address';
  if (subnet.version !== 4 || subnet.prefix > 30) return undefined;
  const last = subnet.base + (1n << BigInt(32 - subnet.prefix)) - 1n;
  return [subnet.base, last].includes(address.bits) ? 'is no address that a machine may have' : undefined;
}

/** Options of the log that only these two drivers have; dockerd does not start with one that its driver lacks. */
const OF_FILES = ['compress', 'max-file', 'max-size'];

const logOption: Judgement['judge'] = (_, path, whole) => {
  const driver = at(whole, [...path.slice(0, -2).map(String), 'log_driver']);
  const isOther = (LOG_DRIVERS as readonly unknown[]).includes(driver) && driver !== 'json-file' && driver !== 'local';
  if (!isOther || driver === 'none' || !OF_FILES.includes(String(path.at(-1)))) return undefined;
  const message = `${capital(nameOf(path))} is no option of the driver ${String(driver)}; it is left out.`;
  return { message, hint: 'Files have it: json-file and local.', becomes: LEFT_OUT };
};

function isPool(text: string): boolean {
  const [, base = '', size = ''] = /^(?:base=)?([0-9a-fA-F.:]+\/\d+),(?:size=)?(\d+)$/.exec(text) ?? [];
  const range = parseSubnet(base);
  return range !== undefined && Number(size) >= range.prefix && Number(size) <= (range.version === 4 ? 32 : 128);
}

const pool: Judgement['judge'] = (value, path) =>
  isPool(String(value))
    ? undefined
    : {
        message: `${capital(nameOf(path))}, “${String(value)}”, is not base/prefix,size; it is left out.`,
        hint: 'Such as 10.10.0.0/16,24.',
        becomes: LEFT_OUT,
      };

const userlandProxy: Judgement['judge'] = (value, path) =>
  value === true
    ? {
        message: `${nameOf(path)} has no effect: the program for it is not part of the release.`,
        hint: 'Ports are published by rules of the kernel; leave it out.',
        becomes: LEFT_OUT,
      }
    : undefined;

const bip = (given: unknown, path: Path, whole: Tree): Verdict | undefined => {
  const why = bridgeError(String(given));
  if (why !== undefined) {
    const message = `${capital(nameOf(path))}, “${String(given)}”, ${why}; it is left out.`;
    return { message, hint: 'Such as 172.18.42.1/16.', becomes: LEFT_OUT };
  }
  const beside = path
    .slice(0, -1)
    .reduce<unknown>((tree, key) => (isTree(tree) ? tree[String(key)] : undefined), whole);
  if (!isTree(beside) || beside['bridge'] === undefined) return undefined;
  return {
    message: `${nameOf(path)} has no effect beside bridge: that bridge has an address already.`,
    hint: 'Leave one of the two out.',
    becomes: LEFT_OUT,
  };
};

/** Hints for keys of System Docker that people set. */
const IN_PLACE: Readonly<Record<string, string>> = {
  environment: 'rancher.network.http_proxy and https_proxy are the proxy of both Dockers.',
  storage_driver: 'It is overlay2.',
};

/** System Docker is PID 1; the program that writes its file at the start applies the same checks. */
const systemKey: Judgement['judge'] = (value, path) => {
  const key = String(path.at(-1));
  const { warnings } = systemOptions({}, { [key]: value } as DockerOptions);
  const hint = IN_PLACE[key];
  return warnings.map((message) => ({ message, ...(hint === undefined ? {} : { hint }) }));
};

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Options of both Dockers that cannot work with those of the release. */
export const DOCKER_JUDGEMENTS: readonly Judgement[] = [
  { at: 'rancher.system_docker.*', judge: systemKey },
  ...['rancher.docker', 'rancher.defaults.docker'].flatMap(ofUserDocker),
];

function ofUserDocker(top: string): readonly Judgement[] {
  return [
    { at: `${top}.engine`, judge: engine },
    { at: `${top}.log_opts.*`, judge: logOption },
    { at: `${top}.bip`, judge: bip },
    { at: `${top}.userland_proxy`, judge: userlandProxy },
    { at: `${top}.default_address_pools.*`, judge: pool },
    ...['args', 'extra_args', 'tls_args'].map((key) => ({ at: `${top}.${key}`, judge: words })),
    ...Object.entries(CHECKED).map(([key, name]) => ({ at: `${top}.${key}`, judge: option(name) })),
  ];
}
