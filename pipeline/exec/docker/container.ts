import type { RunRequest } from '../../core/ports.ts';
import { shellWord } from '../../core/shell-word.ts';
import type { Command } from '../../core/step.ts';
import { toolEnvironment } from '../environment.ts';
import { limitWords } from '../limits.ts';
import type { ResolvedCommand } from '../resolved-command.ts';
import { ownLabels } from './labels.ts';

interface Wanted {
  /** The daemon's id of the tool image. */
  readonly image: string;
  /** `uid:gid` that the tool runs as. */
  readonly user: string;
  readonly command: Command;
  readonly resolved: ResolvedCommand;
  readonly request: Pick<RunRequest, 'inputs' | 'outFolder' | 'limits' | 'epoch'>;
  readonly work: string;
}

/**
 * The container of one command, as ContainerCreate takes it: the tool image read-only, no network, no capabilities, and of the host the inputs
 * (read-only), the directory of the outputs and the scratch directory.
 */
export function containerOf({ image, user, command, resolved, request, work }: Wanted): object {
  const isFed = typeof resolved.stdin === 'object';
  const mount = (Source: string, Target: string, ReadOnly: boolean) => ({ Type: 'bind', Source, Target, ReadOnly });
  return {
    Image: image,
    Hostname: 'build',
    User: user,
    WorkingDir: '/work',
    Entrypoint: argvOf(command, resolved, request),
    Cmd: [],
    OpenStdin: isFed,
    StdinOnce: isFed,
    AttachStdin: isFed,
    AttachStdout: true,
    AttachStderr: true,
    NetworkDisabled: true,
    Labels: ownLabels(request.limits.seconds),
    HostConfig: {
      AutoRemove: true,
      NetworkMode: 'none',
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      // The outputs belong to the caller, not to a user that the daemon maps to.
      UsernsMode: 'host',
      LogConfig: { Type: 'none' },
      Tmpfs: { '/tmp': 'rw,exec,nosuid,nodev,mode=1777' },
      // A host's name servers are no business of a step.
      Dns: ['127.0.0.1'],
      DnsSearch: ['.'],
      Mounts: [
        ...Object.entries(request.inputs).map(([name, { path }]) => mount(path, `/in/${name}`, true)),
        mount(request.outFolder, '/out', false),
        mount(work, '/work', false),
      ],
    },
  };
}

/** Files become standard input and output inside: their bytes do not pass through here. The environment is ours alone. */
function argvOf(
  command: Command,
  { argv, env }: ResolvedCommand,
  { limits, epoch }: Wanted['request'],
): readonly string[] {
  const input = command.stdin === undefined ? '' : ` <${shellWord(command.stdin)}`;
  // As one stream what it says keeps its order.
  const output = command.stdout === undefined ? ' 2>&1' : ` >${shellWord(command.stdout)}`;
  const variables = Object.entries(toolEnvironment(env, epoch)).map(([name, value]) => `${name}=${value}`);
  return [
    '/usr/bin/env',
    '-i',
    ...variables,
    '/bin/sh',
    '-c',
    `umask 022 && exec "$@"${input}${output}`,
    'sh',
    ...limitWords(limits),
    ...argv,
  ];
}
