import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Accounts } from '../../../../pipeline/core/accounts.ts';
import { accounts } from '../../../../pipeline/steps/layer/effects/accounts.ts';
import { textNode } from '../../../../pipeline/trees/made-node.ts';
import { type Node, readContent } from '../../../../pipeline/trees/node.ts';

const TABLES: { readonly [path: string]: string } = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/bash\nsshd:x:990:65534:its comment:/run/sshd:/usr/sbin/nologin\n',
  'etc/group': 'root:x:0:\ndocker:x:1101:rancher,docker\nnogroup:x:65534:\n',
  'etc/shadow': 'root:*:19000:0:99999:7:::\nsshd:*:19000:0:99999:7:::\n',
};

function nodesOf(tables = TABLES): ReadonlyMap<string, Node> {
  const nodes = Object.entries(tables).map(([path, text]) => ({ ...textNode(path, text, path === 'etc/shadow' ? { mode: 0o640, gid: 42, epoch: 1 } : { epoch: 1 }), owner: 'overlay system' }));
  return new Map(nodes.map((node) => [node.path, node]));
}

const user = (name: string, uid: number, change: Partial<Accounts['users'][number]> = {}): Accounts['users'][number] => ({
  name,
  uid,
  group: 'nogroup',
  home: '/run/sshd',
  shell: '/usr/sbin/nologin',
  comment: '',
  ...change,
});

/** What the tables gained. */
function added(wanted: Partial<Accounts>): { readonly [path: string]: string } {
  const made = accounts(nodesOf(), { users: [], groups: [], ...wanted }, 1);
  return Object.fromEntries(
    made.map((node) => {
      const text = new TextDecoder().decode(readContent({ ...node, owner: 'x' }));
      assert.ok(text.startsWith(TABLES[node.path] ?? ''), 'what is there stays as it is');
      return [node.path, text.slice((TABLES[node.path] ?? '').length)];
    }),
  );
}

test('a user with its own group is appended to all tables; it has no password', () => {
  assert.deepEqual(added({ users: [user('_lldpd', 985, { group: '_lldpd', home: '/run/lldpd', comment: 'LLDP' })], groups: [{ name: '_lldpd', gid: 985 }] }), {
    'etc/group': '_lldpd:x:985:\n',
    'etc/passwd': '_lldpd:x:985:985:LLDP:/run/lldpd:/usr/sbin/nologin\n',
    'etc/shadow': '_lldpd:*:19000:0:99999:7:::\n',
  });
});

test('accounts that are there as declared change no file; their members and comments are their own', () => {
  assert.deepEqual(added({ users: [user('sshd', 990)], groups: [{ name: 'docker', gid: 1101 }] }), {});
});

test('a changed table keeps its mode and owners', () => {
  const shadow = accounts(nodesOf(), { users: [user('x', 5)], groups: [] }, 1).find(({ path }) => path === 'etc/shadow');
  assert.deepEqual([shadow?.mode, shadow?.uid, shadow?.gid], [0o640, 0, 42]);
});

const REFUSALS: readonly { readonly sentence: string; readonly wanted: Partial<Accounts>; readonly says: RegExp }[] = [
  { sentence: 'a user that is there with another number', wanted: { users: [user('sshd', 991)] }, says: /etc\/passwd has "sshd:x:990:65534:.*" declares|declares "sshd:x:991/ },
  { sentence: 'a user that is there with another home', wanted: { users: [user('sshd', 990, { home: '/' })] }, says: /declares "sshd:x:990:65534::\/:/ },
  { sentence: 'a group that is there with another number', wanted: { groups: [{ name: 'docker', gid: 5 }] }, says: /etc\/group has "docker:x:1101:rancher,docker"/ },
  { sentence: 'a number that another user has', wanted: { users: [user('new', 990)] }, says: /"new" has the number 990 in \/etc\/passwd, and so has "sshd"/ },
  { sentence: 'a number that another group has', wanted: { groups: [{ name: 'new', gid: 1101 }] }, says: /"new" has the number 1101 in \/etc\/group, and so has "docker"/ },
  { sentence: 'two packages that declare one user in two ways', wanted: { users: [user('new', 5), user('new', 6)] }, says: /has "new:x:5:.*declares "new:x:6:/ },
  { sentence: 'a user of a group that nobody has', wanted: { users: [user('new', 5, { group: 'none' })] }, says: /"new" has the group "none"/ },
];

for (const { sentence, wanted, says } of REFUSALS) test(`refused: ${sentence}`, () => void assert.throws(() => added(wanted), says));

test('without a table there is nothing to add to', () => {
  assert.throws(() => accounts(new Map(), { users: [], groups: [{ name: 'new', gid: 5 }] }, 1), /no \/etc\/group in this layer/);
});
