/** chronyd's equivalent of a file of ntpd. */
export interface Translated {
  /** Lines of chronyd's configuration that name whom it asks. */
  readonly sources: readonly string[];
  /** Further lines of it. */
  readonly others: readonly string[];
  /** Messages about lines without effect. */
  readonly problems: readonly string[];
}

export const isServer = (name: string): boolean => /^[\w.:-]+$/.test(name);

/** Options of a source (ntp.conf(5)) that chronyd has under these names (chrony.conf(5)), and whether a number follows. */
const OPTIONS: Readonly<Record<string, { readonly word: string; readonly hasNumber?: boolean }>> = {
  burst: { word: 'burst' },
  iburst: { word: 'iburst' },
  maxpoll: { word: 'maxpoll', hasNumber: true },
  minpoll: { word: 'minpoll', hasNumber: true },
  noselect: { word: 'noselect' },
  prefer: { word: 'prefer' },
  true: { word: 'trust' },
  version: { word: 'version', hasNumber: true },
};

/** Settings of ntpd that are chronyd's behaviour anyway: places of files, correction of any difference, no remote changes. */
const SILENT = new Set([
  'driftfile',
  'leapfile',
  'pidfile',
  'disable',
  'enable',
  'statsdir',
  'statistics',
  'filegen',
  'logfile',
  'logconfig',
  'mru',
]);

/** Reads ntpd's configuration file (ntp.conf(5)). Lines that chronyd cannot implement are reported. */
export function readNtpConf(text: string, file: string): Translated {
  const sources: string[] = [];
  const others: string[] = [];
  const problems: string[] = [];
  const stratum = /^\s*fudge\s+127\.127\.1\.\d+\s+.*\bstratum\s+(\d+)/m.exec(text)?.[1] ?? '10';
  text.split(/\r?\n/).forEach((line, index) => {
    const [word = '', ...rest] = line.replace(/#.*$/, '').trim().split(/\s+/);
    const refuse = (what: string) =>
      problems.push(
        `${file}:${index + 1}: “${what}” has no effect, because the clock is set by chronyd, which has nothing like it; take it out, or see rancher.ntp.servers.`,
      );
    if (word === '' || SILENT.has(word)) return;
    if (['server', 'pool', 'peer'].includes(word)) {
      const [name = '', ...options] = rest.filter((each) => each !== '-4' && each !== '-6');
      // The machine's own clock, for when no server is reached.
      if (/^127\.127\.1\.\d+$/.test(name)) others.push(`local stratum ${stratum}`);
      else if (!isServer(name) || name.startsWith('127.127.')) refuse([word, name].join(' ').trim());
      else sources.push([word, name, ...optionsOf(options, (option) => refuse(`${option} of ${name}`))].join(' '));
      return;
    }
    if (word === 'fudge' && /^127\.127\.1\./.test(rest[0] ?? '')) return;
    // However wrong the clock is, it is corrected at the start.
    if (word === 'tinker' && rest[0] === 'panic') return;
    if (word === 'restrict') {
      const range = allowedRange(rest);
      if (range !== undefined) others.push(`allow ${range}`);
      return;
    }
    refuse(word);
  });
  return { sources, others, problems };
}

function optionsOf(words: readonly string[], refuse: (option: string) => void): string[] {
  const found: string[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const option = OPTIONS[word];
    const value = words[index + 1] ?? '';
    if (option === undefined) {
      refuse(word);
      // A key is named by its number.
      if (/^\d+$/.test(value)) index += 1;
    } else if (option.hasNumber === true) {
      if (/^-?\d+$/.test(value)) found.push(option.word, value);
      index += 1;
    } else found.push(option.word);
  }
  return found;
}

/**
 * The range of addresses that a line of `restrict` lets ntpd answer. chronyd answers only configured addresses, which is the purpose of the usual
 * lines.
 */
function allowedRange(words: readonly string[]): string | undefined {
  const [address = '', ...flags] = words.filter((each) => each !== '-4' && each !== '-6');
  if (
    ['default', 'source', '127.0.0.1', '::1', ''].includes(address) ||
    flags.some((flag) => ['ignore', 'noserve'].includes(flag))
  )
    return undefined;
  if (!isServer(address.replace(/\/\d+$/, ''))) return undefined;
  const mask = flags[0] === 'mask' ? flags[1] : undefined;
  if (mask === undefined || address.includes('/')) return address;
  return `${address}/${prefixOf(mask)}`;
}

const prefixOf = (mask: string): number =>
  mask.split('.').reduce((sum, part) => sum + (Number(part).toString(2).match(/1/g)?.length ?? 0), 0);
