import type { Check } from '../rig/boot-case.ts';
import { bootTest } from '../rig/machine.ts';
import { KNOWN_KEY } from '../rig/ssh.ts';
import { DOCKER_RUNS, SERVICES_UP } from './checks.ts';
import { STATE_LINE } from './state-checks.ts';

/** Folders of every kind: of the console, of the state disk, of the kernel's memory. */
const FOLDERS = ['/etc/app', '/root', '/tmp', '/data', '/srv', '/usr/local/share', '/var/lib/kubelet', '/etc/cni', '/etc/kubernetes', '/mnt/data', '/home/rancher'] as const;

const USER_DATA = `#cloud-config
ssh_authorized_keys: ["${KNOWN_KEY.line}"]
mounts:
  - [LABEL=DATA, /mnt/data, ext4, ""]
write_files:
  - {path: /etc/app/app.conf, content: "of the configuration\\n"}
  - {path: "/etc/docker/certs.d/registry.example:5000/ca.crt", content: "a certificate\\n"}
  - {path: /etc/docker/daemon.json, content: '{"labels": ["by=the-user"]}'}
rancher:
  docker:
    graph: /mnt/data/docker
  services:
    user-volumes:
      volumes: ["/home:/home", "/opt:/opt", "/var/lib/kubelet:/var/lib/kubelet", "/etc/kubernetes:/etc/kubernetes", "/var/openebs"]
`;

/** Each folder has a file with its name, which a container reads by the same path. */
const SEEN: Check = {
  sentence: 'what a person put into folders of the console is what containers find there',
  run: `docker run --rm ${FOLDERS.map((folder) => `-v ${folder}:/x${folder}`).join(' ')} busybox:test cat ${FOLDERS.map((folder) => `/x${folder}/mark`).join(' ')}`,
  prints: new RegExp(`^${FOLDERS.map((folder) => `${folder}\n`).join('')}$`),
  eventually: true,
  deadlineSeconds: 180,
};

const CONTAINER_ON_DISK: Check = {
  sentence: 'a container that starts with the machine has the disk of the configuration',
  run: 'docker exec keeper busybox stat -f -c %T /d && cat /mnt/data/log',
  prints: /^ext2\/ext3\n(started\n)+$/,
  eventually: true,
  deadlineSeconds: 120,
};

bootTest({
  name: "the user's Docker sees what a person on the console sees, starts behind mounts and files, and outlives consoles",
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 1280,
  login: 'ssh',
  append: `${STATE_LINE} rancher.state.autoformat=[/dev/vda]`,
  disks: [
    { name: 'blank', mebibytes: 1024 },
    { name: 'data', mebibytes: 1024, holds: { type: 'ext4', label: 'DATA' } },
  ],
  configMedium: { label: 'cidata', files: { 'meta-data': 'instance-id: one\n', 'user-data': USER_DATA } },
  checks: [
    ...DOCKER_RUNS,
    {
      sentence: 'its data lies on the disk that the configuration mounts',
      run: `docker info -f '{{.DockerRootDir}} {{.Labels}}' && df --output=source /mnt/data/docker`,
      prints: /^\/mnt\/data\/docker \[by=the-user\]\nFilesystem\n\/dev\/vdb$/m,
    },
    {
      sentence: 'a database that restarts with the machine is made on it',
      run: `docker run -d --restart=always --name keeper -v /mnt/data:/d -v /data:/data:rslave busybox:test sh -c 'echo started >>/d/log; sleep 100000'`,
    },
    { sentence: 'folders get a file each', run: `for p in ${FOLDERS.join(' ')}; do sudo mkdir -p $p && echo $p | sudo tee $p/mark >/dev/null; done` },
    SEEN,
    CONTAINER_ON_DISK,
    { sentence: 'a file of the configuration is a file for containers', run: 'docker run --rm -v /etc/app/app.conf:/c busybox:test cat /c', prints: /^of the configuration$/m },
    { sentence: "the container `docker` has the console's /etc/docker", run: 'sudo system-docker exec docker cat /etc/docker/certs.d/registry.example:5000/ca.crt', prints: /^a certificate$/m },
    {
      sentence: 'what is mounted on the console by hand is mounted for containers, for those that run too',
      run: `sudo mkdir -p /data/hand && sudo mount -t tmpfs hand /data/hand && echo by hand | sudo tee /data/hand/file >/dev/null && docker run --rm -v /data/hand:/h busybox:test cat /h/file && docker exec keeper cat /data/hand/file`,
      prints: /^by hand\nby hand$/m,
    },
    {
      sentence: "a container's shared mount reaches the console",
      run: `docker run --rm --privileged -v /var/lib/kubelet:/var/lib/kubelet:shared busybox:test sh -c 'busybox mkdir -p /var/lib/kubelet/pod && busybox mount -t tmpfs pod /var/lib/kubelet/pod && echo of a pod >/var/lib/kubelet/pod/file' && cat /var/lib/kubelet/pod/file`,
      prints: /^of a pod$/m,
    },
    {
      sentence: "namespaces of networks and the kernel's pinned programs are shared",
      run: `sudo ip netns add mine && docker run --rm -v /run/netns:/n:shared -v /sys/fs/bpf:/b:rshared busybox:test sh -c 'ls /n; busybox stat -f -c %T /b'`,
      prints: /^mine\n(bpf_fs|0xcafe4a11|UNKNOWN.*)$/m,
    },
    {
      sentence: 'the console is started again',
      run: `docker inspect -f '{{.State.Pid}}' keeper >/tmp/pid; sudo cp /run/ros/console/process /tmp/before; sudo sh -c '(sleep 1; system-docker restart console) >/dev/null 2>&1 &'`,
    },
    {
      sentence: 'no container noticed, and Docker sees the same files as before',
      run: `! sudo cmp -s /run/ros/console/process /tmp/before && docker inspect -f '{{.State.Pid}}' keeper | diff - /tmp/pid && docker run --rm -v /data/hand:/h busybox:test cat /h/file`,
      prints: /^by hand$/m,
      eventually: true,
      deadlineSeconds: 120,
    },
    { sentence: 'the machine restarts', reboots: { run: 'sudo reboot' }, deadlineSeconds: 120 },
    CONTAINER_ON_DISK,
    SEEN,
    { sentence: 'the disk of the configuration was there each time', run: 'cat /mnt/data/log', prints: /^started\nstarted$/m },
    {
      sentence: 'another console takes the place of this one',
      run: `v=$(ros -v | cut -d' ' -f3); sudo system-docker tag rancher/os-console:$v mine/other:1; docker inspect -f '{{.State.Pid}}' keeper >/home/rancher/pid; sudo ros console switch -f mine/other:1; true`,
      eventually: true,
    },
    {
      sentence: 'its files are what Docker sees, and the container still runs',
      run: `sudo mkdir -p /new && echo of the other console | sudo tee /new/file >/dev/null; sudo ros console list | grep -q 'current *other' && docker inspect -f '{{.State.Pid}}' keeper | diff - ~/pid && docker run --rm -v /new:/n busybox:test cat /n/file && docker exec keeper cat /d/log`,
      prints: /^of the other console\nstarted\nstarted$/m,
      eventually: true,
      deadlineSeconds: 180,
    },
    { sentence: 'Docker is as it was before the change', run: `docker info -f '{{.LiveRestoreEnabled}} {{.ContainersRunning}}'`, prints: /^false 1$/m, eventually: true, deadlineSeconds: 90 },
    { sentence: 'the container can be stopped, started and removed', run: 'docker restart -t 1 keeper && docker rm -f keeper && docker ps -qa | wc -l', prints: /^0$/m, deadlineSeconds: 120 },
    SERVICES_UP,
  ],
});
