import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseAccelerator, probeSector } from '../../../pipeline/emulator/accelerator.ts';

test('a wish decides without a probe', async () => {
  assert.equal((await chooseAccelerator('/nowhere', 'tcg')).accelerator, 'tcg');
  assert.equal((await chooseAccelerator('/nowhere', 'kvm')).accelerator, 'kvm');
  assert.equal((await chooseAccelerator('/nowhere', 'kvm', 'virt')).accelerator, 'tcg', 'this processor runs no Arm instructions');
});

test('an unknown wish is refused', () => {
  assert.throws(() => chooseAccelerator('/nowhere', 'fast'), /RANCHEROS_ACCEL takes kvm, tcg or auto, not "fast"/);
});

test('the probe is a boot sector', () => {
  const sector = probeSector();
  assert.equal(sector.length, 512);
  assert.deepEqual([...sector.slice(510)], [0x55, 0xaa]);
});
