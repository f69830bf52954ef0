import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootTest } from '../rig/machine.ts';
import { projectFolder } from '../rig/project.ts';
import { DOCKER_RUNS, IDENTITY, NO_ZOMBIES, SERVICES_RUN } from './checks.ts';
import { outside, STATE_LINE } from './state-checks.ts';

const DEFINITIONS = `mine:
  image: "rancher/os-base:\${VERSION}"
  command: sh -c "echo mine started; exec sleep 100000"
  restart: always
  labels: {io.rancher.os.scope: system}
ticker:
  image: "rancher/os-base:\${VERSION}"
  command: touch /run/ticked
  volumes: ["/run:/run"]
  labels: {cron.schedule: "0 * * * * ?", io.rancher.os.scope: system}
`;

const USERS = `rancher:
  services:
    web:
      image: busybox:test
      command: httpd -f -p 80 -h /tmp
      ports: ["8099:80"]
      restart: always
`;

/** As docker-machine's provisioner for RancherOS writes it. */
const PROVISIONED = `DOCKER_OPTS="
-H tcp://0.0.0.0:2376
-H unix:///var/run/docker.sock
--storage-driver overlay
--tlsverify
--tlscacert /var/lib/rancher/conf/ca.pem
--tlscert /var/lib/rancher/conf/server.pem
--tlskey /var/lib/rancher/conf/server-key.pem
--label provider=generic
"
`;

/** What Docker 26.1 left of its networks when the power failed within its first start: the bridge, but not the network that has it. */
const CUT_NETWORKS = readFileSync(join(projectFolder, 'test/boot/cut-docker-networks.db.gz')).toString('base64');
const NETWORKS = '/var/lib/user-docker/network/files/local-kv.db';

bootTest({
  name: 'services of the user run in both Dockers, and broken ones stop nothing',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  append: 'rancher.services.broken.command=nothing rancher.services.absent.image=127.0.0.1:9/nothing:1',
  checks: [
    ...IDENTITY,
    ...SERVICES_RUN,
    { sentence: 'a service without an image is told', run: 'sudo dmesg', prints: /ros: service broken: it has no image/, eventually: true },
    { sentence: 'an image that is nowhere is told', run: 'sudo dmesg', prints: /ros: service absent: 127\.0\.0\.1:9\/nothing:1 cannot be pulled/, eventually: true },
    {
      sentence: 'the path of a file is enabled, and its services start',
      run: `printf '%s' '${DEFINITIONS}' | sudo tee /var/lib/rancher/conf/mine.yml >/dev/null && sudo ros service enable /var/lib/rancher/conf/mine.yml && sudo ros service up mine ticker && sudo ros service ps mine`,
      prints: /^mine +Up /m,
    },
    { sentence: 'its log is shown', run: 'sudo ros service logs mine', prints: /^mine started$/m, eventually: true },
    { sentence: 'its process is killed', run: `sudo kill -9 "$(sudo system-docker inspect -f '{{.State.Pid}}' mine)"` },
    {
      sentence: 'it comes back by itself',
      run: `sudo system-docker inspect -f '{{.RestartCount}} {{.State.Running}}' mine`,
      prints: /^1 true$/m,
      eventually: true,
    },
    ...DOCKER_RUNS,
    {
      sentence: "a service of the user's Docker starts",
      run: `printf '%s' '${USERS}' | sudo ros config merge && sudo ros service up web && curl -s -o /dev/null -w '%{http_code}' --retry 5 --retry-connrefused http://127.0.0.1:8099/nothing`,
      prints: /^404$/m,
    },
    { sentence: 'services are listed as JSON', run: 'sudo ros service list --json', prints: /"name": "web",\s+"enabled": true,\s+"scope": "user",\s+"state": "running"/ },
    {
      sentence: 'an archive in the folder of preloads is loaded',
      run: `set -e
docker tag busybox:test preloaded:1
sudo mkdir -p /var/lib/rancher/preload/docker
docker save preloaded:1 | busybox gzip | sudo tee /var/lib/rancher/preload/docker/it.tar.gz >/dev/null
docker rmi preloaded:1
sudo ros preload-images
docker run --rm preloaded:1 echo loaded once
docker rmi preloaded:1
sudo ros preload-images
docker image inspect preloaded:1 2>&1 | tail -n 1`,
      prints: /^loaded once\n[\s\S]*No such image/m,
      deadlineSeconds: 120,
    },
    { sentence: 'cron started the container with a schedule', run: 'ls /run/ticked', prints: /ticked/, eventually: true, deadlineSeconds: 120 },
    NO_ZOMBIES,
  ],
});

bootTest({
  name: 'Docker obeys its options, with certificates too, and starts without those that it refuses and after a power cut in its first start',
  runs: 'release',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  checks: [
    ...DOCKER_RUNS,
    { sentence: "a service of the user's Docker starts", run: `printf '%s' '${USERS}' | sudo ros config merge && sudo ros service up web`, deadlineSeconds: 60 },
    {
      sentence: 'certificates are made, and Docker asks for them',
      run: `set -e
sudo ros tls generate --server -H node.example
sudo ros tls generate
sudo ros config set rancher.docker.tls true
sudo ros service restart docker`,
      prints: /is in \/home\/rancher\/\.docker/,
      deadlineSeconds: 90,
    },
    {
      sentence: 'with the certificate Docker answers over the network',
      run: `docker --host tcp://127.0.0.1:2376 --tlsverify version -f 'with a certificate: {{.Server.Version}}'`,
      prints: /^with a certificate: \d+\./m,
      eventually: true,
      deadlineSeconds: 90,
    },
    { sentence: 'without one it does not', run: 'curl -sk --max-time 10 https://127.0.0.1:2376/version || echo refused', prints: /^refused\n$/ },
    { sentence: "the user's service is back after the restart", run: 'curl -s -o /dev/null -w "%{http_code}" http://127.0.0.1:8099/nothing', prints: /^404$/m, eventually: true },
    {
      sentence: "docker-machine's provisioner writes its file and restarts Docker as it always did",
      run: `set -e
sudo sh -ec '
cd /var/lib/rancher/conf
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout server-key.pem -out server.pem -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost 2>/dev/null
cp server.pem ca.pem'
printf '%s' '${PROVISIONED}' | sudo tee /var/lib/rancher/conf/docker >/dev/null
sudo system-docker stop docker
sudo system-docker start docker`,
      deadlineSeconds: 90,
    },
    {
      sentence: 'Docker answers on its port with its certificates, and overlay means overlay2',
      run: `sudo sh -c 'cd /var/lib/rancher/conf && curl -s --cacert ca.pem --cert server.pem --key server-key.pem https://localhost:2376/info' | grep -o '"Driver":"[a-z0-9]*"' | head -1 && docker info -f '{{.Labels}}'`,
      prints: /^"Driver":"overlay2"\n\[provider=generic\]$/m,
      eventually: true,
      deadlineSeconds: 90,
    },
    { sentence: 'its file goes again', run: 'sudo rm /var/lib/rancher/conf/docker' },
    {
      sentence: 'with one argument that dockerd refuses, and one with which it cannot start, it runs without them at last',
      run: `sudo ros config set rancher.docker.extra_args '[--cpu-rt-period=1, --default-runtime=nothing]' && sudo ros service restart docker`,
      deadlineSeconds: 90,
    },
    {
      sentence: 'and says which, and what is left',
      run: 'sudo dmesg',
      prints: /ros: Docker refuses the argument "--cpu-rt-period" [\s\S]*ros: Docker died three times; it starts with those only that say where its data is/,
      eventually: true,
      deadlineSeconds: 120,
    },
    { sentence: 'and answers', run: 'docker version -f "{{.Server.Version}}"', prints: /^\d+\./m, eventually: true, deadlineSeconds: 90 },
    {
      sentence: 'a start of Docker loses its power while it writes down its network',
      run: `set -e
sudo ros config set rancher.docker.extra_args '[]'
docker network create kept
sudo system-docker stop docker
${outside(`sh -c 'cp ${NETWORKS} /var/lib/user-docker/network/before-start && echo ${CUT_NETWORKS} | base64 -d | gunzip >${NETWORKS}'`)}
sudo system-docker start docker`,
      deadlineSeconds: 90,
    },
    { sentence: "Docker answers all the same, and knows the user's network", run: 'docker network ls --format {{.Name}}', prints: /^kept$/m, eventually: true, deadlineSeconds: 90 },
    { sentence: 'and says why', run: 'sudo dmesg', prints: /ros: the last start of Docker was interrupted; its networks are restored to those before that start/ },
    {
      sentence: 'its first start does, when it knew of no network at all',
      run: `set -e
sudo system-docker stop docker
${outside(`sh -c 'rm -f /var/lib/user-docker/network/before-start; : >/var/lib/user-docker/network/before-start-nothing; echo ${CUT_NETWORKS} | base64 -d | gunzip >${NETWORKS}'`)}
sudo system-docker start docker`,
      deadlineSeconds: 90,
    },
    { sentence: 'Docker answers all the same, and has made its network', run: 'docker network ls --format {{.Name}}', prints: /^bridge$/m, eventually: true, deadlineSeconds: 90 },
    { sentence: 'once it answers nothing is kept', run: outside('ls /var/lib/user-docker/network'), prints: /^files\n$/, eventually: true, deadlineSeconds: 60 },
    NO_ZOMBIES,
  ],
});

/** What people write for RancherOS 1, and what takes its time to end. */
const KEPT_SERVICES = `rancher:
  shutdown_timeout: 300
  sysctl:
    net.netfilter.nf_conntrack_max: "131072"
    net.bridge.bridge-nf-call-iptables: "1"
    net.ipv4.conf.eth0.rp_filter: "2"
    vm.swappiness: "900"
  services:
    plain:
      image: busybox:test
      command: httpd -f -p 80 -h /tmp
      ports: ["8088:80"]
    once:
      image: "rancher/os-base:VERSION"
      command: sh -c "echo ran >>/run/once-ran"
      volumes: ["/run:/run"]
      labels: {io.rancher.os.scope: system}
    slow:
      image: "rancher/os-base:VERSION"
      command: sh -c "trap 'sleep 45; touch /var/log/ended; exit' TERM; sleep 100000 & wait"
      volumes: ["/var/log:/var/log"]
      stop_grace_period: 2m
      ports: ["8080:80"]
      labels: {io.rancher.os.scope: system}
`;

bootTest({
  name: 'services run where, how often and as long as their definitions say, and kernel settings hold once their modules and cards are there',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1024,
  runs: 'release',
  append: STATE_LINE,
  disks: [{ name: 'state', mebibytes: 1024, holds: { type: 'ext4', label: 'RANCHER_STATE' } }],
  checks: [
    ...DOCKER_RUNS,
    {
      sentence: 'the services are configured',
      run: `version=$(ros -v | sed 's/.* //') && printf '%s' '${KEPT_SERVICES.replaceAll("'", `'"'"'`)}' | sed "s/VERSION/$version/" | sudo ros config merge`,
    },
    { sentence: 'the machine restarts in order', reboots: { run: 'sudo reboot' }, deadlineSeconds: 90 },
    {
      sentence: "a service without a scope is a container of the user's Docker, and its port is published",
      run: 'curl -s -o /dev/null -w "%{http_code}" http://127.0.0.1:8088/nothing',
      prints: /^404$/m,
      eventually: true,
      deadlineSeconds: 120,
    },
    { sentence: 'System Docker does not have it', run: "sudo system-docker ps -a --format '{{.Names}}' | grep -c '^plain$'", prints: /^0$/m, exits: 1 },
    { sentence: 'ports that System Docker cannot publish are told', run: 'sudo dmesg', prints: /ros: service slow: no effect of ports 8080:80/ },
    {
      sentence: 'settings of modules and cards are set',
      run: 'cat /proc/sys/net/netfilter/nf_conntrack_max /proc/sys/net/bridge/bridge-nf-call-iptables /proc/sys/net/ipv4/conf/eth0/rp_filter',
      prints: /^131072\n1\n2$/m,
      eventually: true,
    },
    { sentence: 'one that the kernel refuses is told, and no other', run: 'sudo dmesg | grep rancher.sysctl', prints: /^[^\n]*vm\.swappiness=900 is not set[^\n]*\n$/ },
    { sentence: 'root follows nobody into folders for all', run: 'sysctl -n fs.protected_symlinks fs.protected_hardlinks fs.protected_fifos fs.protected_regular', prints: /^1\n1\n1\n2$/m },
    {
      sentence: 'a service without a policy ran once and no more',
      run: "sleep 20; cat /run/once-ran; sudo system-docker inspect -f '{{.RestartCount}}' once",
      prints: /^ran\n0\n$/,
      deadlineSeconds: 90,
    },
    { sentence: 'the machine restarts when the slow one has ended', reboots: { run: 'sudo reboot' }, deadlineSeconds: 240 },
    { sentence: 'it was given the time that it needs', run: 'sudo ls /var/log/ended', prints: /ended/ },
  ],
});
