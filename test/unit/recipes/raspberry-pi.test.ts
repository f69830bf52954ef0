import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readUserData } from '../../../overlays/ros/config/user-data.ts';
import { projectFolder } from '../../rig/project.ts';

const sample = readFileSync(join(projectFolder, 'overlays/raspberry-pi-boot/user-data'), 'utf8');

test('user-data as it lies on the card says nothing', () => {
  const data = readUserData(sample, 'user-data');
  assert.equal(data.kind, 'cloud-config');
  assert.deepEqual('config' in data ? data.config : undefined, {});
});

test('with its # taken away the sample is a configuration without a problem', () => {
  const lines = sample.split('\n').slice(3);
  const text = ['#cloud-config', ...lines.map((line) => line.replace(/^# ?/, ''))].join('\n');
  const data = readUserData(text, 'user-data');
  assert.deepEqual('problems' in data ? data.problems : data, []);
  const config = 'config' in data ? data.config : {};
  assert.equal(config.hostname, 'pi');
  assert.deepEqual(config.rancher?.autologin, ['tty1']);
  assert.equal(config.rancher?.network?.interfaces?.['wlan0']?.wifi_network, 'home');
});
