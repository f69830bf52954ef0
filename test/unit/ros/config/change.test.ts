import assert from 'node:assert/strict';
import { test } from 'node:test';
import { config } from '../../../../overlays/ros/commands/config.ts';
import { Failure } from '../../../../overlays/ros/runtime/system.ts';
import { type Machine, machine } from '../machine.ts';

const FILE = '/var/lib/rancher/conf/cloud-config.yml';

/** The sentence that a command ends with, where it fails. */
function ros(system: Machine, args: readonly string[], input = ''): string | undefined {
  system.printed.length = 0;
  system.complained.length = 0;
  try {
    assert.equal(config({ ...system, readInput: () => input }, args), 0);
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return error.message;
  }
}

const get = (system: Machine, key: string): string => {
  assert.equal(ros(system, ['get', key, '--json']), undefined);
  return system.printed.join('\n');
};

/** What a value is after `set`, and what stands in the file then. */
function set(text: string, key: string, value: string): { readonly value: unknown; readonly file: string; readonly told: string } {
  const system = machine({ [FILE]: text });
  assert.equal(ros(system, ['set', key, value]), undefined);
  const told = system.complained.join('\n');
  return { value: JSON.parse(get(system, key)), file: system.readText(FILE) ?? '', told };
}

test('a key that stands twice is set so that it has that value', () => {
  const { value, file, told } = set('# mine\nrancher:\n  console: a\n  debug: true\nhostname: x # why\nrancher:\n  console: b\n', 'rancher.console', 'debian');
  assert.equal(value, 'debian');
  assert.equal(file.match(/^rancher:/gm)?.length, 1);
  assert.match(file, /# mine/);
  assert.match(file, /hostname: x # why/);
  assert.match(told, /double keys were written out/);
});

test('a double key elsewhere is left as it is', () => {
  const { value, file, told } = set('hostname: a\nhostname: b\n', 'rancher.console', 'debian');
  assert.deepEqual([value, file, told], ['debian', 'hostname: a\nhostname: b\nrancher:\n  console: debian\n', '']);
});

const ANCHORS = 'rancher:\n  environment: &env # all\n    A: 1.10\n  services:\n    x: {image: i, environment: *env}\n    y: {image: i, environment: {<<: *env, B: 010}}\n';

test('a value that carries an anchor is replaced, and whoever names it keeps what it was', () => {
  const system = machine({ [FILE]: ANCHORS });
  assert.equal(ros(system, ['set', 'rancher.environment', '{Z: "1"}']), undefined);
  assert.deepEqual(JSON.parse(get(system, 'rancher.environment')), { Z: '1' });
  assert.deepEqual(JSON.parse(get(system, 'rancher.services.x.environment')), { A: '1.10' });
  assert.deepEqual(JSON.parse(get(system, 'rancher.services.y.environment')), { A: '1.10', B: '010' });
});

test('a value behind an alias is set there and nowhere else', () => {
  const system = machine({ [FILE]: ANCHORS });
  assert.equal(ros(system, ['set', 'rancher.services.x.environment.A', 'new']), undefined);
  assert.deepEqual(JSON.parse(get(system, 'rancher.services.x.environment')), { A: 'new' });
  assert.deepEqual(JSON.parse(get(system, 'rancher.environment')), { A: '1.10' });
});

test('a value that comes by a merge key can be set and taken out', () => {
  const system = machine({ [FILE]: ANCHORS });
  assert.equal(ros(system, ['set', 'rancher.services.y.environment.A', '']), undefined);
  const now = JSON.parse(get(system, 'rancher.services.y.environment')) as Record<string, string>;
  assert.equal(now['B'], '010');
  assert.equal(now['A'], '');
  assert.equal(ros(system, ['set', 'rancher.services.y.environment', 'null']), undefined);
  assert.equal(get(system, 'rancher.services.y.environment'), 'null');
  assert.deepEqual(JSON.parse(get(system, 'rancher.environment')), { A: '1.10' });
});

test('numbers that come by an alias, a merge key or a double key are text as they were written', () => {
  const text =
    'rancher:\n  environment: &env {A: 1.10, B: 010}\n  sysctl: *env\n  services:\n    x: {image: i, environment: {<<: *env, C: 020}}\n    y: {image: i, environment: {<<: [{B: 030}, *env]}}\n    y2: {image: 007, image: 008}\n';
  const system = machine({ [FILE]: text });
  assert.deepEqual(JSON.parse(get(system, 'rancher.sysctl')), { A: '1.10', B: '010' });
  assert.deepEqual(JSON.parse(get(system, 'rancher.services')), {
    x: { image: 'i', environment: { A: '1.10', B: '010', C: '020' } },
    y: { image: 'i', environment: { A: '1.10', B: '030' } },
    y2: { image: '008' },
  });
});

test('an anchor elsewhere is left as it is', () => {
  const { file } = set(ANCHORS, 'hostname', 'a');
  for (const part of [/&env/, /environment: \*env/, /<<: \*env, B: 010/, /^hostname: a$/m]) assert.match(file, part);
});

test('numbers stay as they were typed where text is wanted', () => {
  const { value } = set('', 'rancher.environment', '{A: 1.10, B: 010, C: 0x1F, D: 1e3, E: 1_000, F: 12345678901234567890, G: yes}');
  assert.deepEqual(value, { A: '1.10', B: '010', C: '0x1F', D: '1e3', E: '1_000', F: '12345678901234567890', G: 'yes' });
  assert.deepEqual(set('', 'rancher.docker.log_opts', '{max-file: 02}').value, { 'max-file': '02' });
  assert.deepEqual(set('', 'rancher.modules', '[1.10, 010]').value, ['1.10', '010']);
  assert.deepEqual(set('', 'rancher.modules', '010').value, ['010']);
});

test('a number as it was merged is a number as it was written', () => {
  const system = machine({ [FILE]: 'hostname: a\n' });
  assert.equal(ros(system, ['merge'], 'rancher: {environment: {A: 1.10, B: 010}}\n'), undefined);
  assert.deepEqual(JSON.parse(get(system, 'rancher.environment')), { A: '1.10', B: '010' });
});

test('bytes that are no UTF-8 are refused, and the file stays', () => {
  const latin = 'rancher: {network: {wifi_networks: {w: {ssid: caf\ufffd}}}}\n';
  const system = machine({ [FILE]: latin });
  assert.match(ros(system, ['set', 'hostname', 'a']) ?? '', /not UTF-8 text.* nothing was changed/);
  assert.match(ros(system, ['set', 'rancher.password', 'caf\ufffd']) ?? '', /is not UTF-8 text; nothing was changed/);
  assert.match(ros(system, ['merge'], latin) ?? '', /nothing was merged/);
  assert.equal(system.readText(FILE), latin);
});

test('what cannot be read or holds something else is refused with a sentence, and the file stays', () => {
  for (const text of ['hostname: [a\n', 'rancher: 5\n', 'rancher: [a]\n', '- a\n', 'a: &a [*a]\n', `${'a: '.repeat(5000)}\n`]) {
    const system = machine({ [FILE]: text });
    assert.match(ros(system, ['set', 'rancher.console', 'debian']) ?? '', /cloud-config\.yml.*(nothing was changed|where the key belongs)/i, text.slice(0, 20));
    assert.equal(system.readText(FILE), text);
  }
});

test('a file whose aliases would fill the memory is refused', () => {
  const bomb = `a0: &a0 [x, x]\n${Array.from({ length: 30 }, (_, index) => `a${index + 1}: &a${index + 1} [*a${index}, *a${index}, *a${index}]`).join('\n')}\n`;
  const system = machine({ [FILE]: bomb });
  assert.match(ros(system, ['set', 'hostname', 'a']) ?? '', /Excessive alias count/);
  assert.equal(system.readText(FILE), bomb);
});

test('what is set in a file with bytes behind !!binary stays', () => {
  const { file, value } = set('write_files:\n- path: /a\n  content: !!binary |\n    aGVsbG8=\n', 'hostname', 'a');
  assert.equal(value, 'a');
  assert.match(file, /!!binary/);
  assert.match(file, /aGVsbG8=/);
});

test('a change is made by one process at a time', () => {
  const locks: string[] = [];
  const system = machine({ [FILE]: 'hostname: a\n' });
  const watched = {
    ...system,
    withLock: <T>({ path }: { readonly path: string }, work: () => T): T => {
      locks.push(`${path} while it says ${system.readText(FILE)?.trim()}`);
      return work();
    },
  };
  assert.equal(config(watched, ['set', 'hostname', 'b']), 0);
  assert.deepEqual(locks, ['/run/ros/config.lock while it says hostname: a']);
});
