/** Commands of `ros` in RancherOS 1 that are gone, and their replacements: the end of a sentence. */
export const GONE_COMMANDS: Readonly<Record<string, string>> = {
  'docker-init': 'the service docker starts dockerd; “sudo ros service restart docker” starts it again.',
  'recovery-init': 'start with rancher.recovery=true on the kernel command line, and there is a shell before all else.',
  selinux: 'there is no policy of SELinux here.',
  'udev-settle': 'run “udevadm settle”.',
  upgrade: 'it is a command of ros os; “ros os upgrade” says more.',
  'user-docker': 'the service docker starts dockerd; “sudo ros service restart docker” starts it again.',
};

const COMMANDS_OF_START = 'bootcmd is run early in the start, runcmd when the console is prepared.';

/** Programs of RancherOS 1, by their names, that lead to `ros`, which names their replacements. */
export const GONE_PROGRAMS: Readonly<Record<string, string>> = {
  autologin: 'name the terminal in rancher.autologin.',
  'cloud-init-execute': `write_files, mounts and commands of the cloud-config are dealt with by the console; ${COMMANDS_OF_START}`,
  'cloud-init-save': 'run “sudo ros cloud-init”, which asks the datasources.',
  dockerlaunch: 'the service docker starts dockerd.',
  recovery: 'start with rancher.recovery=true on the kernel command line, and there is a shell before all else.',
  respawn:
    'write the command line into /etc/respawn.conf, which the console reads, or a service below rancher.services with restart: always.',
  'ros-bootstrap': `there is no Docker before System Docker; ${COMMANDS_OF_START}`,
  'ros-sysinit': 'the services are started by System Docker’s supervisor; “sudo ros service up NAME” starts one.',
  'system-docker-runc': 'run “sudo system-docker exec NAME COMMAND”.',
};
