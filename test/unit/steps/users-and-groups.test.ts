import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { UsersAndGroups } from '../../../pipeline/steps/layer/effects/users-and-groups.ts';
import { write } from '../../../pipeline/steps/layer/write.ts';
import { failure, membersOf, runWriter, textIn } from '../trees/sample.ts';

const TABLE: UsersAndGroups = {
  users: [
    { name: 'rancher', uid: 1100, home: '/home/rancher', shell: '/bin/bash' },
    { name: 'root', uid: 0, home: '/root', shell: '/bin/bash', comment: 'root' },
    { name: 'sshd', uid: 100, gid: 65534 },
  ],
  groups: [
    { name: 'docker', gid: 1101, members: ['rancher'] },
    { name: 'nogroup', gid: 65534 },
    { name: 'shadow', gid: 42 },
  ],
};

const etc = async (table: UsersAndGroups): Promise<Buffer> => {
  const made = await runWriter(write, { inputs: {}, outputs: ['tar', 'contents'], options: { effects: [{ effect: 'users-and-groups', options: table }] } });
  return made['tar'] ?? Buffer.alloc(0);
};

test('the four files are sorted by number, with locked passwords and the day of the epoch', async () => {
  const tar = await etc(TABLE);
  assert.equal(textIn(tar, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/bash\nsshd:x:100:65534::/nonexistent:/usr/sbin/nologin\nrancher:x:1100:1100::/home/rancher:/bin/bash\n');
  assert.equal(textIn(tar, 'etc/group'), 'root:x:0:\nshadow:x:42:\nrancher:x:1100:\ndocker:x:1101:rancher\nnogroup:x:65534:\n');
  assert.equal(textIn(tar, 'etc/shadow'), 'root:*:19723:0:99999:7:::\nsshd:*:19723:0:99999:7:::\nrancher:*:19723:0:99999:7:::\n');
  assert.equal(textIn(tar, 'etc/gshadow'), 'root:*::\nshadow:*::\nrancher:*::\ndocker:*::rancher\nnogroup:*::\n');
});

test('only root and the group shadow read the passwords', async () => {
  const members = membersOf(await etc(TABLE));
  for (const name of ['etc/shadow', 'etc/gshadow']) assert.deepEqual([members.get(name)?.mode, members.get(name)?.gid], [0o640, 42]);
  for (const name of ['etc/passwd', 'etc/group']) assert.equal(members.get(name)?.mode, 0o644);
});

const WRONG: readonly (readonly [string, UsersAndGroups, RegExp])[] = [
  [
    'two users of one number',
    {
      users: [
        { name: 'a', uid: 1 },
        { name: 'b', uid: 1 },
      ],
      groups: [],
    },
    /a and b have the same number 1/,
  ],
  [
    'two groups of one name',
    {
      users: [],
      groups: [
        { name: 'a', gid: 1 },
        { name: 'a', gid: 2 },
      ],
    },
    /two groups a/,
  ],
  ['a user in a group that is not there', { users: [{ name: 'a', uid: 1, gid: 7 }], groups: [] }, /user a has a group 7/],
  ['a member who is no user', { users: [], groups: [{ name: 'docker', gid: 1, members: ['me'] }] }, /group docker has a member me/],
  ['a name with a colon', { users: [{ name: 'a:b', uid: 1 }], groups: [] }, /no name for a user or group/],
  ['a home with a line break', { users: [{ name: 'a', uid: 1, home: '/\nroot::0:0' }], groups: [] }, /must not hold a colon or a line break/],
  ["a group of a user's name and another number", { users: [{ name: 'a', uid: 1 }], groups: [{ name: 'a', gid: 2 }] }, /user a has a group/],
];
for (const [sentence, table, message] of WRONG) {
  test(`a table with ${sentence} is refused`, async () => {
    await assert.rejects(etc(table), failure('configuration', message));
  });
}
