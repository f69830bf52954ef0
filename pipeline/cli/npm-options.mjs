// Plain JavaScript, because the runner of the tests asks it too, which is started from its source.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** What npm says of itself to every script. Its cache is among that, too, but may be named on the command line as ours. */
const ALWAYS = new Set([
  'user-agent',
  'prefix',
  'local-prefix',
  'global-prefix',
  'globalconfig',
  'userconfig',
  'init-module',
  'node-gyp',
  'noproxy',
  'npm-version',
]);
/** npm reads `--days` letter by letter, as `-d -a -y -s`, of which `-a` is `--all`. */
const SPELLED = { gc: { all: 'days' } };

/** How a switch of npm's reads that is off. */
const OFF = ['', 'false', 'null', 'undefined'];

/** Words by which the value of an option is known among others, when npm has torn the two apart; those at the top choose first. */
const LOOKS = [
  [/^(jobs|memory|cpus|ssh-port|runs|days|seed|cuts)$/, /^\d+$/],
  [/size$|^cache-max$/, /^\d+[KMGT]?$/i],
  [/^mirror$/, /^https?:/],
  [/^executor$/, /^(auto|bwrap|none)$/],
  [/^(dist|cache|cloud-config)$/, /[/.]/],
  [/./, /./],
];

/**
 * The command as it was meant, where npm kept options of it for itself because the two dashes before them were forgotten; else undefined.
 * npm leaves what it keeps in the environment as `npm_config_<name>`, beside what it was told by its own configuration, which does not count.
 */
export async function meantCommand({ script, argv, readOptions, env, projectFolder }) {
  if (env.npm_lifecycle_event !== script) return undefined;
  const kept = keptByNpm(env, projectFolder).map((each) => ({
    ...each,
    name: SPELLED[script]?.[each.name] ?? each.name,
  }));
  if (kept.length === 0) return undefined;
  const options = await readOptions();
  const npms = optionsOfNpm(env);
  const swallowed = kept.filter(({ name }) => name in options || (npms !== undefined && !npms.has(name)));
  if (swallowed.length === 0) return undefined;
  return {
    names: swallowed.map(({ name }) => `--${name}`),
    command: [...started(script), '--', ...wordsOf(swallowed, argv, options)].join(' '),
  };
}

function started(script) {
  return script === 'test' ? ['npm', 'test'] : ['npm', 'run', script];
}

/** What came by npm's command line: no file of npm's configuration says it, and no environment that npm was started in. */
function keptByNpm(env, projectFolder) {
  const before = environmentOfNpm(env);
  const configured = new Set(
    [
      env.npm_config_userconfig,
      env.npm_config_globalconfig,
      path.join(env.npm_config_local_prefix ?? projectFolder, '.npmrc'),
    ].flatMap((file) => namesIn(file)),
  );
  return Object.entries(env).flatMap(([variable, value]) => {
    const name = nameOf(variable);
    if (
      name === undefined ||
      ALWAYS.has(name) ||
      OFF.includes(value ?? '') ||
      configured.has(name) ||
      before?.has(name)
    )
      return [];
    if (name === 'cache' && (before === undefined || value === path.join(env.HOME ?? '', '.npm'))) return [];
    return [{ name, values: value.split('\n\n') }];
  });
}

function nameOf(variable) {
  const [, name] = /^npm_config_(.+)$/i.exec(variable) ?? [];
  return name?.toLowerCase().replaceAll('_', '-');
}

/** Names that a file of npm's configuration sets (`name = value`, one a line). */
function namesIn(file) {
  if (!file) return [];
  try {
    return [...readFileSync(file, 'utf8').matchAll(/^\s*([\w-]+)\s*(?:=|$)/gm)].map(([, name]) =>
      name.toLowerCase().replaceAll('_', '-'),
    );
  } catch {
    return [];
  }
}

/**
 * Names of options that npm was started with in its environment: the nearest ancestor that does not know of our script is npm. Undefined
 * where that cannot be seen.
 */
function environmentOfNpm(env) {
  try {
    for (let pid = process.ppid, hops = 0; pid > 1 && hops < 5; hops++) {
      const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      if (!variables.includes(`npm_lifecycle_script=${env.npm_lifecycle_script}`))
        return new Set(variables.map((each) => nameOf(each.split('=', 1)[0])));
      pid = Number(/^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    }
  } catch {
    // Another user's, or no /proc.
  }
  return undefined;
}

/** Names of the options that npm itself has; undefined where its own list cannot be read. */
function optionsOfNpm(env) {
  try {
    const list = path.join(path.dirname(env.npm_execpath), '../node_modules/@npmcli/config/lib/definitions/index.js');
    return new Set(Object.keys(createRequire(env.npm_execpath)(list).definitions));
  } catch {
    return undefined;
  }
}

/** Words and options as they were meant. A value that stood behind its option with a blank has become a word. */
function wordsOf(swallowed, argv, options) {
  const words = [...argv];
  const meant = [];
  const torn = [];
  for (const { name, values } of swallowed) {
    for (const value of values) {
      if (value !== 'true') meant.push(`--${name}=${shellWord(value)}`);
      else if (options[name] === 'string') torn.push(name);
      else meant.push(`--${name}`);
    }
  }
  for (const [names, look] of LOOKS) {
    for (const name of torn.filter((each) => names.test(each))) {
      torn.splice(torn.indexOf(name), 1);
      const at = words.findIndex((word) => look.test(word));
      meant.push(`--${name} ${at < 0 ? 'VALUE' : shellWord(words.splice(at, 1)[0])}`);
    }
  }
  return [...words.map(shellWord), ...meant];
}

function shellWord(word) {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
