import { must, run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';

/** A certificate and its key, as PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

const CA_DAYS = 3650;
const DAYS = 1080;
/** openssl needs a configuration file even where all options are arguments. */
const CONFIG = '[req]\ndistinguished_name = name\n[name]\n';

/** Runs openssl in a folder that only root reads and that is gone afterwards. */
function inFolder<T>(system: System, files: Readonly<Record<string, string>>, work: (folder: string) => T): T {
  if (run(system, ['openssl', 'version'], { withErrors: true }).status !== 0)
    throw new Failure('there is no openssl in this console; make certificates elsewhere, or in the default console');
  const folder = must(system, ['mktemp', '-d', '/tmp/ros-tls.XXXXXX']).trim();
  try {
    must(system, ['chmod', '0700', folder]);
    for (const [name, text] of Object.entries({ ...files, 'openssl.cnf': CONFIG })) {
      must(system, ['sh', '-c', 'umask 077; cat >"$1"', 'sh', `${folder}/${name}`], { stdin: text });
    }
    return work(folder);
  } finally {
    run(system, ['rm', '-rf', folder]);
  }
}

function request(system: System, folder: string, subject: string, days: number, more: readonly string[]): Pair {
  must(system, [
    'openssl',
    'req',
    '-x509',
    '-config',
    `${folder}/openssl.cnf`,
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-noenc',
    '-sha256',
    '-subj',
    `/O=RancherOS/CN=${subject.replace(/[^A-Za-z0-9. :*_-]/g, '_').slice(0, 64)}`,
    '-days',
    String(days),
    '-keyout',
    `${folder}/key.pem`,
    '-out',
    `${folder}/cert.pem`,
    ...more,
  ]);
  const [cert, key] = ['cert', 'key'].map((name) => system.readText(`${folder}/${name}.pem`)?.trim());
  if (!cert || !key) throw new Failure('openssl wrote no certificate');
  return { cert, key };
}

/** An authority that signs the others. */
export function makeAuthority(system: System): Pair {
  return inFolder(system, {}, (folder) =>
    request(system, folder, 'RancherOS CA', CA_DAYS, [
      ...extension('basicConstraints=critical,CA:TRUE'),
      ...extension('keyUsage=critical,keyCertSign,cRLSign'),
    ]),
  );
}

/** A certificate for a server that is reached by these names and addresses. */
export function makeServer(system: System, authority: Pair, hosts: readonly string[]): Pair {
  const names = hosts.map((host) => `${isAddress(host) ? 'IP' : 'DNS'}:${host}`).join(',');
  return signed(system, authority, hosts[0] ?? 'localhost', [
    ...extension('extendedKeyUsage=serverAuth'),
    ...extension(`subjectAltName=${names}`),
  ]);
}

/** A certificate for a client. */
export function makeClient(system: System, authority: Pair): Pair {
  return signed(system, authority, 'docker', extension('extendedKeyUsage=clientAuth'));
}

function signed(system: System, authority: Pair, subject: string, more: readonly string[]): Pair {
  const files = { 'ca.pem': `${authority.cert}\n`, 'ca-key.pem': `${authority.key}\n` };
  return inFolder(system, files, (folder) =>
    request(system, folder, subject, DAYS, [
      '-CA',
      `${folder}/ca.pem`,
      '-CAkey',
      `${folder}/ca-key.pem`,
      ...extension('basicConstraints=critical,CA:FALSE'),
      ...extension('keyUsage=critical,digitalSignature'),
      ...more,
    ]),
  );
}

const extension = (text: string): string[] => ['-addext', text];

export const isAddress = (host: string): boolean => /^[0-9.]+$/.test(host) || host.includes(':');
