import { withoutPasswords } from '../runtime/without-passwords.ts';
import { schemaOf } from './fit.ts';
import { isTree, type Tree } from './merge.ts';
import type { Schema } from './schema-words.ts';

/**
 * A configuration without its secrets: keys that the schema marks, variables and options with a name of a secret, and private keys anywhere.
 * Addresses stay without their passwords. Public keys are not secret.
 */
export function withoutSecrets(schema: Schema, tree: Tree): Tree {
  const entries = Object.entries(tree).flatMap(([key, value]): [string, unknown][] => {
    const below = schemaOf(schema, key);
    // Names of the user's choice are variables and options, kinds of keys, or addresses.
    const isOwn = schema.properties === undefined;
    if (schema.secret === true && !PUBLIC.test(key)) return [];
    if (below?.secret === true && below.type !== 'object') return [];
    if (isOwn && typeof value === 'string' && isSecretName(key)) return [];
    const shown = below === undefined ? value : shownValue(below, value);
    const isEmptied = below?.secret === true && isTree(shown) && Object.keys(shown).length === 0;
    return shown === undefined || isEmptied ? [] : [[withoutPasswords(key), shown]];
  });
  return Object.fromEntries(entries);
}

function shownValue(schema: Schema, value: unknown): unknown {
  if (typeof value === 'string') return shownText(value);
  if (Array.isArray(value)) return shownList(schema, value);
  return isTree(value) ? withoutSecrets(schema.items?.properties ? schema.items : schema, value) : value;
}

/** An item of a list of variables, as the environment of a service has them. */
const VARIABLE = /^[A-Za-z_][\w.]*(=|$)/;
/** Programs and words behind which `-p` is followed by a password. */
const TAKES_PASSWORD = /^(login|sshpass|usermod|useradd)$/;

function shownList(schema: Schema, items: readonly unknown[]): readonly unknown[] {
  const words = items.map((item) => (typeof item === 'string' ? item : ''));
  const isCommand = words.some((word) => !VARIABLE.test(word));
  // In a command as a list of words, the value of an option is the next word.
  const isValue = (index: number): boolean => {
    const before = words[index - 1] ?? '';
    if (before === '-p') return words.slice(0, index).some((word) => TAKES_PASSWORD.test(word));
    return isSecretName(/^--?([\w-]+)$/.exec(before)?.[1] ?? '');
  };
  const shown = (item: unknown, index: number): unknown => {
    if (typeof item !== 'string') return shownValue(schema.items ?? schema, item);
    if (isValue(index)) return '…';
    if (/^(-u|--user)$/.test(words[index - 1] ?? '')) return item.replace(/^([^:]+:).+/s, '$1…');
    // A command needs its word all the same.
    return shownText(item) ?? (isCommand ? item.replace(/=.*/s, '=…') : undefined);
  };
  return items.map(shown).filter((item) => item !== undefined);
}

function shownText(text: string): string | undefined {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return undefined;
  const [, name = '', dashes = '', word = ''] = /^((--)?([\w./-]+)=)./s.exec(text) ?? [];
  if (!isSecretName(word)) return withoutPasswords(hiddenInside(text));
  return dashes === '' ? undefined : `${name}…`;
}

const WORD = `("[^"]*"|'[^']*'|[^\\s"']+)`;

/** Words of commands behind which a secret stands: what stays, then the secret, then perhaps what stays too. */
const BEHIND_WORDS: readonly RegExp[] = [
  // `curl -u name:x`, `--user=name:x`.
  /((?:^|\s)(?:-u|--user)[=\s]\s*["']?[^\s:"']+:)([^\s"']+)/g,
  // A header of a request.
  /\b((?:Authorization|Private-Token|X-[\w-]*(?:token|key|auth)[\w-]*):\s*(?:(?:Bearer|Basic|Token)\s+)?)([^\s"']+)/gi,
  new RegExp(`(\\b(?:login|sshpass|usermod|useradd)\\b[^|;&\\n]*?\\s-p\\s*)${WORD}`, 'g'),
  /(\b(?:mysql|mariadb|mongo)\w*\b[^|;&\n]*?\s-p)([^\s"']+)/g,
  new RegExp(`(\\becho\\s+(?:-n\\s+)?)${WORD}(\\s*\\|[^|\\n]*(?:--password-stdin|\\bpasswd\\b))`, 'g'),
  new RegExp(`(\\bpasswd\\b[^|;&\\n]*<<<\\s*)${WORD}`, 'g'),
  new RegExp(`(\\bwpa_passphrase\\s+\\S+\\s+)${WORD}`, 'g'),
  // Shares: `//name:x@host/share`, `user=name%x`.
  /(\/\/[^/\s:@]+:)([^@\s/]+)(?=@)/g,
  /(\buser(?:name)?=[^,%\s]+%)([^,\s]+)/g,
  /(\bhooks\.slack\.com\/services\/)(\S+)/g,
];

/** Commands, options of mounts and contents of files: `TOKEN=x sh -`, `--token x`, `username=a,password=b`, `root:x | chpasswd`, `"auth": "x"`. */
function hiddenInside(text: string): string {
  const named = text
    .replace(/^(\s*([\w.-]+)\s+=\s*)(\S.*)$/gm, (all, before, word) => (isSecretName(word) ? `${before}…` : all))
    .replace(/("([\w.-]+)"\s*:\s*")[^"]*"/g, (all, before, word) => (isSecretName(word) ? `${before}…"` : all))
    .replace(/(^|[\s,;"'])((?:--)?([\w./-]+)=)("[^"]*"|'[^']*'|[^\s,;"']+)/g, (all, before, name, word) =>
      isSecretName(word) ? `${before}${name}…` : all,
    )
    .replace(/(^|\s)(--?([\w-]+)\s+)("[^"]*"|'[^']*'|\S+)/g, (all, before, option, word) =>
      isSecretName(word) ? `${before}${option}…` : all,
    )
    .replace(/([\w.-]+:)[^\s|"']+(["']?\s*\|\s*chpasswd)/g, '$1…$2');
  return BEHIND_WORDS.reduce(
    (shown, pattern) =>
      shown.replace(pattern, (_, before, _secret, after) => `${before}…${typeof after === 'string' ? after : ''}`),
    named,
  );
}

const PUBLIC = /[.-]pub$/;
const SECRET =
  /(^|[_./-])(pass(wd|word|phrase)?|[a-z]*(password|passwd)|pwd|psk|pin|pat|jwt|[a-z]*secret|[a-z]*token|key|[a-z]*(access|api|private|account|shared|auth|signing|encryption)key|auth|basicauth\.users|credentials?)([_-]?(pem|\d+))?$/i;
const NOT_SECRET = /(^|[_.-])(public|pub|host|ssh_authorized)[_.-]key$/i;

/** Whether a value of this name is probably a secret: `DB_PASSWORD`, `AWS_SECRET_ACCESS_KEY`, `splunk-token`. */
const isSecretName = (name: string): boolean => SECRET.test(name) && !NOT_SECRET.test(name);
