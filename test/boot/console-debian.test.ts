import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bootTest } from '../rig/machine.ts';
import { releaseFiles } from '../rig/project.ts';
import { KNOWN_KEY } from '../rig/ssh.ts';
import { usedFile } from '../rig/used-files.ts';

const ARCHIVE = 'console-debian.tar.gz';

bootTest({
  name: 'the Debian console comes from its file, has apt and dpkg with all they know, and goes again',
  runs: 'release',
  medium: 'kernel',
  firmware: 'bios',
  memoryMiB: 2048,
  append: `cc.ssh_authorized_keys="[${KNOWN_KEY.line}]"`,
  // Stands for a web server that has the release.
  metadata: { answers: async ({ path }) => (path === `/${ARCHIVE}` ? { body: await readFile(usedFile(join(releaseFiles(), ARCHIVE))) } : undefined) },
  checks: [
    { sentence: 'the console is known before its image is there', ssh: 'sudo ros console list', prints: /^current {2}default\ndisabled debian$/m, eventually: true },
    { sentence: 'without the image it is said which file has it', ssh: 'sudo ros console switch -f debian 2>&1', exits: 1, prints: /in console-debian\.tar\.gz beside the release/ },
    {
      sentence: 'a container of the user runs before that',
      ssh: `d=$(mktemp -d) && mkdir $d/bin && cp "$(command -v busybox)" $d/bin/ && tar -C $d -c . | docker import - box && docker run -d --name survivor box /bin/busybox sleep 100000 && docker inspect -f '{{.State.Pid}}' survivor >~/pid`,
      eventually: true,
      deadlineSeconds: 120,
    },
    { sentence: 'it is switched to by a URL', ssh: `sudo ros console switch -f http://169.254.169.254/${ARCHIVE}; echo "ended with $?"`, prints: /ended with 0/, deadlineSeconds: 200 },
    {
      sentence: 'the Debian console runs',
      ssh: 'sudo ros console list; . /etc/os-release; echo $ID',
      prints: /^disabled default\ncurrent {2}debian\ndebian$/m,
      eventually: true,
      deadlineSeconds: 120,
    },
    {
      sentence: 'dpkg knows what is installed, and finds nothing wrong',
      ssh: "dpkg -l apt dpkg openssh-server libc6 | grep -c '^ii'; dpkg --audit; dpkg -S /usr/bin/nano",
      prints: /^4\nnano: \/usr\/bin\/nano\n$/,
    },
    { sentence: 'apt agrees, and knows the keys and places of Debian', ssh: 'sudo apt-get check && apt-cache policy bash && apt-config dump | grep -c ^Dir::Etc', prints: /Installed: \d/ },
    {
      sentence: 'a package is removed with its scripts',
      ssh: 'sudo apt-get -y remove nano >/tmp/removed 2>&1; tail -3 /tmp/removed; dpkg -l nano | tail -1; ls /usr/bin/nano',
      exits: 2,
      prints: /^rc {2}nano /m,
    },
    {
      sentence: 'an editor, completion and the two Dockers are there',
      ssh: 'vi --version | head -1; type complete; docker version -f "{{.Server.Os}}"; sudo system-docker ps -q | grep -c .',
      prints: /VIM[\s\S]*linux\n\d+\n$/,
      eventually: true,
    },
    {
      sentence: 'the container outlived the change',
      ssh: `docker inspect -f '{{.State.Pid}}' survivor | diff - ~/pid && echo the same`,
      prints: /^the same$/m,
      eventually: true,
      deadlineSeconds: 120,
    },
    {
      sentence: "Docker sees this console's files, what is mounted on it by hand, and its /usr/local",
      ssh: `sudo mkdir -p /srv/hand && sudo mount -t tmpfs hand /srv/hand && echo by hand | sudo tee /srv/hand/file >/dev/null && echo local | sudo tee /usr/local/file >/dev/null && docker run --rm -v /etc:/e -v /srv/hand:/h -v /usr/local:/l box /bin/busybox sh -c '/bin/busybox grep -c ^13 /e/debian_version; /bin/busybox cat /h/file /l/file' && docker run --rm --privileged -v /srv:/srv:shared box /bin/busybox sh -c '/bin/busybox mkdir /srv/pod; /bin/busybox mount -t tmpfs pod /srv/pod' && findmnt -no SOURCE /srv/pod`,
      prints: /^1\nby hand\nlocal\npod$/m,
      deadlineSeconds: 120,
    },
    { sentence: 'it is switched back', ssh: 'sudo ros console switch -f default; true' },
    { sentence: 'the default console runs', ssh: 'sudo ros console list', prints: /^current {2}default\ndisabled debian$/m, eventually: true },
  ],
});
