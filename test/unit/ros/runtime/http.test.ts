import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sendAll } from '../../../../overlays/ros/runtime/http.ts';
import { machine } from '../machine.ts';

for (const url of ['file:///etc/hostname', 'FILE:///etc/hostname', 'ftp://127.0.0.1:1/x', 'dict://127.0.0.1:1/x', 'gopher://127.0.0.1:1/x']) {
  test(`${url} leads nowhere: only http and https do`, () => {
    const [answer] = sendAll(machine(), [{ method: 'GET', url, maxTime: 5 }]);
    assert.equal(answer?.status, 0);
    assert.equal(answer?.body, '');
    assert.equal(answer?.curl, 1, 'curl says that the protocol is not allowed');
  });
}

test('an address is asked as it is written, not each of a list', () => {
  let given = '';
  const system = machine(
    {},
    {
      answer: ({ stdin = '' }) => {
        given = stdin;
        return { status: 0, stdout: '\n200' };
      },
    },
  );
  sendAll(system, [{ method: 'GET', url: 'http://a.test/[1-9]{x,y}"\nuser = "root' }]);
  const lines = given.trim().split('\n');
  assert.ok(lines.includes('globoff'));
  assert.ok(lines.includes('url = "http://a.test/[1-9]{x,y}\\"\\nuser = \\"root"'), given);
  assert.equal(lines.filter((line) => line.startsWith('user')).length, 0);
});
