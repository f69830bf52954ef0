import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetchText } from '../../../../overlays/ros/runtime/fetch-text.ts';
import { alarm } from '../../../../overlays/ros/runtime/kernel-log.ts';
import { withoutPasswords } from '../../../../overlays/ros/runtime/without-passwords.ts';
import { machine } from '../machine.ts';

test('an address in a sentence loses what opens it, and nothing else', () => {
  for (const [text, expected] of [
    ['https://ann:hunter2@host:8080/a@b does not answer', 'https://…@host:8080/a@b does not answer'],
    ['“http://hunter2@host” and ftp://a:hunter2@b', '“http://…@host” and ftp://…@b'],
    ['http://a:hun@ter2@host/x', 'http://…@host/x'],
    ['http://host/x?a=1&access_token=hunter2&b=2', 'http://host/x?a=1&access_token=…&b=2'],
    ['https://s3/x?X-Amz-Signature=hunter2', 'https://s3/x?X-Amz-Signature=…'],
    ['url:https://ann:hunter2@host/cc.yml', 'url:https://…@host/cc.yml'],
    ['mail ann@host, see http://host/~ann@home', 'mail ann@host, see http://host/~ann@home'],
  ] as const)
    assert.equal(withoutPasswords(text), expected);
});

test('an address that does not answer is told without its password', () => {
  const system = machine({}, { answer: () => ({ status: 7, stdout: '\n000' }) });
  assert.equal(fetchText(system, 'https://ann:hunter2@host/x').error, 'https://…@host/x does not answer; is there a network?');
});

test('no address comes to the kernel’s log with its password, whoever tells it', () => {
  const system = machine({ '/dev/kmsg': '' });
  alarm(system, 'service https://ann:hunter2@host/a.yml: it is empty');
  assert.equal(system.readText('/dev/kmsg'), '<3>ros: service https://...@host/a.yml: it is empty\n');
});
