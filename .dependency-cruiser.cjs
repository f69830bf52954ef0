/** Import rules: who may know whom (design, "Layout"). The house test fails when no module was seen, or when a planted violation passes. */

/** Parts of the pipeline, as a group of alternatives. */
const others = (...own) => `^(pipeline/(?!(${own.join('|')})/)|targets/|overlays/|test/)`;

/** Which folders of the pipeline the files of each may import, besides their own. It has no cycles. */
const MAY_IMPORT = {
  bench: ['core', 'emulator', 'host', 'store'],
  cli: [
    ...[
      'bench',
      'config',
      'core',
      'emulator',
      'engine',
      'exec',
      'fetch',
      'graph',
      'host',
      'pins',
      'plan',
      'product',
      'publish',
    ],
    ...['recipes', 'remote', 'report', 'reproduce', 'shared', 'size', 'store', 'verify'],
  ],
  config: ['core', 'shared'],
  core: [],
  disks: ['core', 'formats', 'io', 'shared'],
  emulator: ['core', 'exec', 'formats', 'host', 'shared', 'io', 'trees'],
  engine: ['core', 'graph'],
  exec: ['core', 'host', 'disks', 'io'],
  fetch: ['core', 'formats', 'graph'],
  formats: ['core'],
  graph: ['core'],
  host: ['core'],
  io: ['core', 'formats'],
  pins: ['config', 'core', 'fetch', 'host', 'io', 'trees'],
  plan: ['core', 'graph'],
  product: ['config', 'core', 'shared'],
  publish: ['core', 'host'],
  recipes: ['config', 'core', 'formats', 'graph', 'shared', 'steps'],
  remote: ['core', 'fetch'],
  report: ['core'],
  reproduce: ['bench', 'core', 'exec', 'formats', 'host', 'io', 'publish'],
  shared: ['core', 'formats'],
  size: ['core', 'formats', 'graph', 'io', 'report', 'steps'],
  steps: ['core', 'disks', 'formats', 'graph', 'io', 'shared', 'trees'],
  store: ['core', 'host'],
  trees: ['core', 'formats', 'io'],
  verify: ['core', 'formats', 'graph', 'host', 'io', 'publish', 'shared', 'trees'],
};

const folderRules = Object.entries(MAY_IMPORT).map(([folder, allowed]) => ({
  name: `${folder}-imports-as-listed`,
  comment: 'MAY_IMPORT in .dependency-cruiser.cjs says what each folder of the pipeline may import.',
  severity: 'error',
  from: { path: `^pipeline/${folder}/` },
  to: { path: '^(pipeline/[^/]+|targets|test)/', pathNot: `^pipeline/(${[folder, ...allowed].join('|')})/` },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  mayImport: MAY_IMPORT,
  forbidden: [
    ...folderRules,
    {
      name: 'formats-know-only-themselves',
      comment:
        'formats turn bytes into bytes; the guest program uses them too. Words for failures and data are all they share.',
      severity: 'error',
      from: { path: '^pipeline/formats/' },
      to: { path: others('formats'), pathNot: '^pipeline/core/(failure|json)\\.ts$' },
    },
    {
      name: 'shared-is-for-both-sides',
      comment:
        'The build and the guest program use what is shared: it knows formats and words of core, no host and no step.',
      severity: 'error',
      from: { path: '^pipeline/shared/' },
      to: { path: others('shared', 'formats'), pathNot: '^pipeline/core/(failure|json|step)\\.ts$' },
    },
    {
      name: 'formats-have-no-host',
      comment: 'No files, clock or randomness in formats and in what is shared, so that they run in the guest.',
      severity: 'error',
      from: { path: '^pipeline/(formats|shared)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'targets-use-the-front-door',
      comment: 'A target may import only pipeline/index.ts.',
      severity: 'error',
      from: { path: '^targets/' },
      to: { path: '^(pipeline|overlays|test|targets)/', pathNot: '^pipeline/index\\.ts$' },
    },
    {
      name: 'recipes-load-no-writer',
      comment: 'Each write.ts is bundled and keyed by itself; recipes see the declaration beside it.',
      severity: 'error',
      from: { pathNot: '^(pipeline/steps|test)/' },
      to: { path: '^pipeline/steps/', pathNot: '/(step|kit/(disk-parts|stream|tool))\\.ts$' },
    },
    {
      name: 'steps-describe',
      comment: 'The declaration of a kind of step is part of the plan: it knows its writer as a type only.',
      severity: 'error',
      from: { path: '^pipeline/steps/([^/]+/step|kit/(define|tool|kind|output|stream|disk-parts))\\.ts$' },
      to: {
        path: '^pipeline/(?!(steps|core|graph|formats|shared)/)|/(write|writer|disk-writer)\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'writers-only-write',
      comment: 'A writer is part of its key: bytes in, bytes out, nothing of the machinery around it.',
      severity: 'error',
      from: { path: '^pipeline/steps/', pathNot: '/(step|kit/(define|tool))\\.ts$' },
      to: { path: others('steps', 'disks', 'trees', 'io', 'formats', 'shared', 'core') },
    },
    {
      name: 'writers-declare-nothing',
      comment:
        'What a writer takes of declarations are types: code of the plan in its bundle would be part of its key.',
      severity: 'error',
      from: { path: '^pipeline/steps/', pathNot: '/(step|kit/(define|tool))\\.ts$' },
      to: { path: '/(step|kit/(define|tool))\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'only-cli-knows-commands',
      comment: 'Nothing below may know the command line.',
      severity: 'error',
      from: { path: '^(pipeline|targets|overlays)/', pathNot: '^pipeline/cli/' },
      to: { path: '^pipeline/cli/' },
    },
    {
      name: 'guest-is-small',
      comment: 'The guest program imports formats, what the build shares with it, and itself.',
      severity: 'error',
      from: { path: '^overlays/' },
      to: { path: '^(pipeline/(?!(formats|shared)/)|targets/|test/)' },
    },
    {
      name: 'pipeline-is-not-the-guest',
      comment: 'Only the shared schema may come from the guest program.',
      severity: 'error',
      from: { path: '^(pipeline|targets)/' },
      to: { path: '^overlays/', pathNot: '^overlays/ros/config/' },
    },
    {
      name: 'nobody-imports-tests',
      severity: 'error',
      from: { pathNot: '^test/' },
      to: { path: '^test/' },
    },
    {
      name: 'one-door-to-processes',
      comment:
        'Only exec starts tools. The emulator starts machines, bench measures processes from outside, and reproduce starts whole builds.',
      severity: 'error',
      from: { path: '^(pipeline|targets|overlays)/', pathNot: '^pipeline/(exec|emulator|bench|reproduce)/' },
      to: { path: '^(child_process|node:child_process|zx|node_modules/zx)' },
    },
    {
      name: 'few-open-sockets',
      comment:
        'Only fetch and publish speak to the network, and Docker to its local socket; the emulator only looks for a free port.',
      severity: 'error',
      from: {
        path: '^(pipeline|targets|overlays)/',
        pathNot: '^pipeline/(fetch|publish|exec/docker|emulator/free-port)',
      },
      to: { path: '^(node:)?(net|http|https|http2|tls|dgram|dns|dns/promises)$|^(node_modules/)?undici' },
    },
    {
      name: 'only-report-draws',
      comment: 'listr2 is a view.',
      severity: 'error',
      from: { pathNot: '^pipeline/report/' },
      to: { path: '^(node_modules/)?listr2' },
    },
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'everything-resolves',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^(targets:all|std|os)$' },
    },
    {
      name: 'declared-libraries-only',
      comment: 'A library that no package.json entry names comes and goes with others.',
      severity: 'error',
      from: { path: '^(pipeline|targets|overlays)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-development-libraries',
      comment: 'What runs for users may use only what `npm ci --omit=dev` installs; types do not run.',
      severity: 'error',
      from: { path: '^(pipeline|targets|overlays)/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Types count: a type import is knowledge too.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
    builtInModules: { add: ['std'] },
  },
};
