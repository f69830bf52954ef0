import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { MAX_CHARACTERS } from '../../../../overlays/ros/config/document.ts';
import { readUserData, readUserDataFile } from '../../../../overlays/ros/config/user-data.ts';
import { machine } from '../machine.ts';

test('user-data is told apart by its first line', () => {
  assert.deepEqual(readUserData('', 'u'), { kind: 'none' });
  assert.deepEqual(readUserData(' \n', 'u'), { kind: 'none' });
  assert.equal(readUserData('#!/bin/sh\necho\n', 'u').kind, 'script');
  const config = readUserData('\uFEFF#cloud-config \r\nhostname: a\r\n', 'u');
  assert.ok(config.kind === 'cloud-config');
  assert.deepEqual(config.config, { hostname: 'a' });
  const compose = readUserData('#compose\nweb: {image: nginx}\n', 'u');
  assert.ok(compose.kind === 'compose');
  assert.deepEqual(compose.config, { rancher: { services: { web: { image: 'nginx' } } } });
});

for (const head of ['# cloud-config', '#Cloud-Config', '#cloud-config # mine', '\n#cloud-config', ' \n\n#cloud-config']) {
  test(`a cloud-config that begins with ${JSON.stringify(head)} is taken, and the first line is told`, () => {
    const found = readUserData(`${head}\nhostname: a\n`, 'u');
    assert.ok(found.kind === 'cloud-config');
    assert.deepEqual(found.config, { hostname: 'a' });
    assert.deepEqual(
      found.problems.map(({ severity, line, message }) => [severity, line, message]),
      [['warning', 1, 'The first line should be #cloud-config and nothing else; cloud-init takes no other.']],
    );
  });
}

const REFUSED: readonly (readonly [string, RegExp])[] = [
  ['Content-Type: multipart/mixed; boundary="x"\nMIME-Version: 1.0\n\n--x\n', /several parts \(MIME\)/],
  ['From nobody Thu Jan  1 00:00:00 2026\nContent-Type: multipart/mixed\n', /several parts/],
  ['MIME-Version: 1.0\nContent-Type: multipart/mixed\n', /several parts/],
  ['#include\nhttp://example.org/a\n', /includes other files/],
  ['#cloud-config-archive\n- content: a\n', /archive/],
  ['#cloud-boothook\nx\n', /bootcmd/],
  ['## template: jinja\n#cloud-config\n', /template/],
  ['{"ignition": {"version": "3.0.0"}}', /Ignition/],
  ['<powershell>\n', /Windows/],
  ['hostname: a\n', /first line must be #cloud-config/],
  [`#cloud-config\n${'#'.repeat(MAX_CHARACTERS)}`, /more than 262144 bytes/],
];

for (const [text, expected] of REFUSED) {
  test(`user-data that begins with ${JSON.stringify(text.slice(0, 24))} is refused with a sentence`, () => {
    const { kind, ...rest } = readUserData(text, 'u');
    assert.equal(kind, 'refused');
    assert.match(JSON.stringify(rest), expected);
  });
}

test('user-data in a file may be packed by gzip', () => {
  const system = machine({ '/plain': '#cloud-config\nhostname: a\n', '/packed': gzipSync('#cloud-config\nhostname: b\n'), '/bomb': gzipSync('#'.repeat(5_000_000)) });
  const hostname = (path: string) => {
    const found = readUserDataFile(system, path);
    return found.kind === 'cloud-config' ? found.config.hostname : found.kind;
  };
  assert.equal(hostname('/plain'), 'a');
  assert.equal(hostname('/packed'), 'b');
  assert.equal(hostname('/bomb'), 'refused');
  assert.equal(hostname('/nowhere'), 'none');
  execFileSync('mkfifo', [join(system.root, 'pipe')]);
  assert.equal(hostname('/pipe'), 'none');
});
