import { SHELL_PROMPT } from '../../pipeline/emulator/shell.ts';
import type { BootCase, Check } from '../rig/boot-case.ts';
import { bootTest } from '../rig/machine.ts';
import { DOCKER_RUNS, SERVICES_RUN, SERVICES_UP } from './checks.ts';
import { INIT, onDisk, STATE_LINE, STORE } from './state-checks.ts';

const FIRST_START: Omit<BootCase, 'name' | 'startCuts' | 'checks'> = {
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  runs: 'release',
  append: `${STATE_LINE} rancher.state.autoformat=[/dev/vda]`,
  disks: [{ name: 'blank', mebibytes: 2048 }],
};

const STARTED: readonly Check[] = [
  onDisk('/dev/vda'),
  { sentence: 'it is ext4 with the label RANCHER_STATE', run: 'sudo blkid -p /dev/vda', prints: /LABEL="RANCHER_STATE".* TYPE="ext4"/ },
  ...SERVICES_RUN,
  ...STORE,
];

bootTest({
  ...FIRST_START,
  name: 'a blank disk becomes the state disk, however often the power fails while it is formatted',
  // Else the console does not get the line.
  append: `${FIRST_START.append} rancher.debug=true`,
  startCuts: { times: 5, from: INIT, until: /ros: PID 1 becomes System Docker/, afresh: true },
  checks: STARTED,
});

bootTest({
  ...FIRST_START,
  name: 'the first start on a blank disk comes to its end, however often the power fails in it',
  startCuts: { times: 5, from: INIT, until: SHELL_PROMPT },
  checks: STARTED,
});

const IMAGE = '10.0.2.100:5000/big';

const WHOLE = `docker run --rm ${IMAGE} sh -c 'cd / && sha256sum one two three' | diff - ~/sums`;

bootTest({
  ...FIRST_START,
  name: 'the power is cut during docker pull: the machine starts, the pull comes to its end, and a container lost nothing that it acknowledged',
  append: `${FIRST_START.append} rancher.docker.insecure_registry=[10.0.2.100:5000]`,
  registry: true,
  checks: [
    ...DOCKER_RUNS,
    {
      sentence: 'an image of random files is pushed to the registry',
      run: `set -e
mkdir -p ~/image && cd ~/image
for name in one two three; do head -c 6000000 /dev/urandom >$name; done
sha256sum one two three >~/sums
printf 'FROM busybox:test\\nCOPY one /one\\nCOPY two /two\\nCOPY three /three\\n' >Dockerfile
docker build -q -t ${IMAGE} .
docker push -q ${IMAGE}
cd && rm -r image
docker rmi ${IMAGE} && docker builder prune -af && sync`,
      deadlineSeconds: 180,
    },
    { sentence: 'docker pull says that the image is there', run: `docker pull -q ${IMAGE}` },
    { sentence: 'the power is cut', powerCut: {} },
    { sentence: 'what was pulled has every byte', run: WHOLE, eventually: true, deadlineSeconds: 120 },
    {
      sentence: 'docker pull',
      commandCuts: {
        times: 10,
        before: `docker rm -f counter >/dev/null 2>&1; docker rmi -f ${IMAGE} >/dev/null 2>&1; :`,
        during: `docker pull ${IMAGE}`,
        deadlineSeconds: 120,
        beside: {
          run: `docker run --name counter -v counted:/c busybox:test sh -c 'i=$(cat /c/count || echo 0); while :; do i=$((i+1)); echo $i >/c/new; sync /c/new; mv /c/new /c/count; sync /c; echo COUNTED=$i.; sleep 0.1; done' >/dev/ttyS0`,
          acknowledges: /COUNTED=(\d+)\./,
        },
        after: [
          {
            sentence: 'the counter is not behind what it acknowledged',
            run: 'docker run --rm -v counted:/c busybox:test cat /c/count',
            atLeastAcknowledged: true,
            eventually: true,
            deadlineSeconds: 120,
          },
          {
            sentence: 'docker pull comes to its end, with every byte',
            run: `docker pull -q ${IMAGE} && ${WHOLE}`,
            deadlineSeconds: 120,
          },
        ],
      },
    },
    SERVICES_UP,
  ],
});
