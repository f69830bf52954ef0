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
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    // In a command as a list of words, the value of an option is the next word.
    const isValue = (index: number) => {
      const [, word = ''] = /^--?([\w-]+)$/.exec(String(items[index - 1] ?? '')) ?? [];
      return isSecretName(word);
    };
    return items
      .map((item, index) =>
        typeof item === 'string' && isValue(index) ? '…' : shownValue(schema.items ?? schema, item),
      )
      .filter((item) => item !== undefined);
  }
  return isTree(value) ? withoutSecrets(schema.items?.properties ? schema.items : schema, value) : value;
}

function shownText(text: string): string | undefined {
  if (/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return undefined;
  const [, name = '', dashes = '', word = ''] = /^((--)?([\w.-]+)=)./s.exec(text) ?? [];
  if (!isSecretName(word)) return withoutPasswords(hiddenInside(text));
  // A command needs its word all the same.
  return dashes === '' ? undefined : `${name}…`;
}

/** Commands and options of mounts: `TOKEN=x sh -`, `--token x`, `username=a,password=b`, `root:x | chpasswd`. */
function hiddenInside(text: string): string {
  return text
    .replace(/(^|[\s,;"'])((?:--)?([\w.-]+)=)("[^"]*"|'[^']*'|[^\s,;"']+)/g, (all, before, name, word) =>
      isSecretName(word) ? `${before}${name}…` : all,
    )
    .replace(/(^|\s)(--?([\w-]+)\s+)("[^"]*"|'[^']*'|\S+)/g, (all, before, option, word) =>
      isSecretName(word) ? `${before}${option}…` : all,
    )
    .replace(/([\w.-]+:)[^\s|"']+(["']?\s*\|\s*chpasswd)/g, '$1…$2');
}

const PUBLIC = /[.-]pub$/;
const SECRET =
  /(^|[_.-])(pass(wd|word|phrase)?|[a-z]*(password|passwd)|pwd|psk|pin|[a-z]*secret|[a-z]*token|key|[a-z]*(access|api|private)key|auth|credentials?)$/i;
const NOT_SECRET = /(^|[_.-])(public|pub|host|ssh_authorized)[_.-]key$/i;

/** Whether a value of this name is probably a secret: `DB_PASSWORD`, `AWS_SECRET_ACCESS_KEY`, `splunk-token`. */
const isSecretName = (name: string): boolean => SECRET.test(name) && !NOT_SECRET.test(name);
