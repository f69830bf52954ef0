import { loadConfig } from '../config/sources.ts';
import { dockerOptions } from '../docker/options.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { UsageError } from './config-options.ts';
import { runVerb } from './help.ts';

const USAGE = `usage: ros engine COMMAND

  list                     the engines that there are: the one of this release
  switch|enable NAME       accepts that one only; another engine comes with another release`;

const ONE = 'this system has one engine, that of the release';

/** `ros engine`: the user's Docker is part of the release, so there is nothing to choose. */
export function engine(system: System, args: readonly string[]): number {
  const gone = `a second Docker in a container is gone: run “docker run --privileged -d docker:dind” instead`;
  const choose = { taken: { flags: { f: 'force', n: 'no-pull' } }, run: chooseEngine };
  return runVerb(
    system,
    {
      name: 'engine',
      usage: USAGE,
      verbs: { list: { taken: { flags: { u: 'update' } }, run: list }, switch: choose, enable: choose },
      gone: { create: gone, rm: gone },
    },
    args,
  );
}

/** Its name is that of RancherOS 1: docker-26.1.5. */
function engineName(system: System): string {
  const { stdout } = run(system, ['docker', '--version']);
  return `docker-${/\b(\d+\.\d+\.\d+)/.exec(stdout)?.[1] ?? 'unknown'}`;
}

function list(system: System, { flags }: { readonly flags: ReadonlySet<string> }): number {
  const name = engineName(system);
  const wanted = dockerOptions(loadConfig(system).config).engine;
  if (flags.has('json')) system.print(JSON.stringify([{ name, state: 'current' }], undefined, 2));
  else system.print(`current  ${name}`);
  if (wanted !== undefined && wanted !== '' && wanted !== name)
    system.complain(`rancher.docker.engine names ${wanted}; ${ONE}, so ${name} runs`);
  return 0;
}

function chooseEngine(system: System, { words }: { readonly words: readonly string[] }): number {
  const [wanted, ...further] = words;
  if (wanted === undefined || further.length > 0) throw new UsageError('it takes the name of one engine.');
  const name = engineName(system);
  if (wanted !== name) throw new Failure(`there is no engine ${wanted}: ${ONE}, ${name}`);
  system.print(`${name} is the engine that runs`);
  return 0;
}
