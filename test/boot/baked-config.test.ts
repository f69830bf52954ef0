import { bootTest } from '../rig/machine.ts';

// Of the two versions that are built for the tests of a release, the next one has test/boot/baked-config.yml in its files.
bootTest({
  name: 'a cloud-config that was baked into the files holds from the first start on, and what the machine is given stands above it',
  runs: 'release',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  checks: [
    { sentence: 'a version without one has its own name', run: 'hostname', prints: /^rancher$/m },
    { sentence: 'the version with one is started', powerCut: { release: 'next' } },
    { sentence: 'it names the machine', run: 'hostname', prints: /^baked$/m, eventually: true },
    { sentence: 'its file is written', run: 'cat /etc/baked-by-the-build', prints: /^from the files of the release$/m, eventually: true },
    { sentence: 'no problem is told of it', run: 'sudo ros config validate --all', prints: /^(?![\s\S]*cloud-config\.yml)/ },
    { sentence: 'the machine is switched on with another name on its kernel command line', powerCut: { release: 'next', append: 'cc.hostname=given' } },
    { sentence: 'which wins', run: 'hostname', prints: /^given$/m, eventually: true },
  ],
});
