import { loadConfig } from '../config/sources.ts';
import { CONSOLE, DEFAULT_CONSOLE } from '../console/consoles.ts';
import { configuredConsole, isChanged, watchConsole } from '../console/replace-console.ts';
import { untilAsked, withoutIdleCloudInit } from '../datasources/cloud-init-service.ts';
import { DONE } from '../datasources/status.ts';
import { Engine, USER_DOCKER } from '../docker/engine.ts';
import { waitsForConsole } from '../docker/waits-for-console.ts';
import { loadModulesOfSettings, setNetworkSettings, tellSettingsWithoutPlace } from '../early/sysctl.ts';
import { beginProof } from '../install/prove-start.ts';
import { alarm, note } from '../runtime/kernel-log.ts';
import { runningVersion } from '../runtime/release.ts';
import { must, run } from '../runtime/run.ts';
import { eachStep, guard } from '../runtime/steps.ts';
import type { System } from '../runtime/system.ts';
import { awaitSystemDocker } from '../services/await-docker.ts';
import { findServices } from '../services/config.ts';
import { fillWith } from '../services/container-files.ts';
import { startLater } from '../services/later.ts';
import { keepPowerButton } from '../services/power-button.ts';
import { startAll } from '../services/start-containers.ts';
import { beginsAgain, markStarted, runningAsPlanned } from '../services/start-marks.ts';
import { planServices, surroundings } from '../services/start-plan.ts';
import { keptContainers } from '../state/data-root.ts';
import { dockerConfigAhead } from './docker-config.ts';

/** Seconds that the user's Docker has for itself, and that it has beside a login and the network. Where it does not start, all else must. */
const DOCKER_LIMITS = { first: 8, urgent: 30 };
/** While it exists, and for eight seconds at most, the console only is there for Docker to live in, and starts no login (see services/console). */
const CONSOLE_WAITS = '/run/ros/console/waits-for-docker';

/** Returns when the user's Docker answers, or has had its time. */
function waitForUserDocker(system: System, seconds: number): void {
  const until = system.now() + seconds * 1000;
  // As soon as there is a socket, one request that waits costs less than many that ask.
  while (system.readText('/run/docker.pid') === undefined && system.now() < until) system.sleep(50);
  const engine = new Engine(system, USER_DOCKER);
  while (system.now() < until && !engine.isReady()) system.sleep(100);
}

/** It is said of one start, as in RancherOS 1. A key on the kernel command line stays as it is, and so does its effect. */
function forgetRebuild(system: System): void {
  must(system, ['ros', 'config', 'set', 'rancher.force_console_rebuild', 'false']);
}

/**
 * Starts the system's services and then, in the background, everything that needs the user's Docker or a network. A service that fails is named, and
 * the others start.
 */
export function sysinit(system: System): number {
  const { config } = loadConfig(system);
  const { services: usual, problems } = findServices(system, config);
  const withConsole = guard(system, () => configuredConsole(system, usual, config), usual);
  const services = guard(system, () => withoutIdleCloudInit(system, config, withConsole), withConsole);
  // Docker must not start first where a datasource may change its options, a configured address may overlap docker0, or the console has files to
  // write.
  const isSettled =
    !services.has('cloud-init') && config.rancher?.network?.interfaces === undefined && !waitsForConsole(config);
  const planned = planServices(services, 'system', surroundings(system, config));
  const plan = isSettled ? planned : { ...planned, first: new Set<string>() };
  if (plan.specs.has('docker') && isSettled) eachStep(system, [() => dockerConfigAhead(system)]);
  const engine = new Engine(system);
  awaitSystemDocker(system, engine);
  note(system, 'System Docker is ready');
  const running = beginsAgain(system) ? runningAsPlanned(engine, plan) : [];
  if (plan.first.size > 0 && running.length === 0) {
    run(system, ['mkdir', '-p', CONSOLE_WAITS.replace(/\/[^/]*$/, '')]);
    system.writeText(CONSOLE_WAITS, '');
  }
  const started = startAll(engine, plan, {
    kept: new Set([...keptContainers(system), ...running]),
    awaited: untilAsked(system, engine),
    fill: fillWith(system, () =>
      services.has('cloud-init') && system.readText(DONE) !== undefined ? loadConfig(system).config : config,
    ),
    // The user's Docker keeps two processors busy; other services that start at the same time would delay it.
    pause: (after) => {
      if (plan.specs.has('docker')) waitForUserDocker(system, DOCKER_LIMITS[after]);
      if (after === 'first') run(system, ['rm', '-f', CONSOLE_WAITS]);
    },
  });
  for (const problem of [...problems, ...started.problems]) alarm(system, problem);
  const name = config.rancher?.console ?? DEFAULT_CONSOLE;
  const isMissing = started.lacking.includes(CONSOLE);
  if (isMissing) alarm(system, `service console: System Docker has no image ${withConsole.get(CONSOLE)?.image}`);
  const isDoubtful =
    isMissing ||
    withConsole !== usual ||
    isChanged(system, usual) ||
    started.problems.some((each) => /^(service )?console:/.test(each));
  if (isDoubtful) eachStep(system, [() => watchConsole(system, engine, { services: usual, config, name })]);
  // The release's console has taken the place of one without an image; a pull would bring another system under the release's name.
  const lacking = started.lacking.filter((each) => each !== CONSOLE);
  note(system, `RancherOS ${runningVersion(system)} started`);
  if (config.rancher?.force_console_rebuild === true) eachStep(system, [() => forgetRebuild(system)]);
  markStarted(system);
  beginProof(system);
  keepPowerButton(system, started.problems);
  eachStep(system, [() => loadModulesOfSettings(system, config), () => setNetworkSettings(system, config)]);
  eachStep(system, [
    () => startLater(system, { known: usual, asksCloudInit: services.has('cloud-init'), lacking }),
    () => finishSettings(system),
  ]);
  return problems.length + started.problems.length === 0 ? 0 : 1;
}

/** Cards may have come since, and a datasource may have named further settings. */
function finishSettings(system: System): void {
  const { config } = loadConfig(system);
  loadModulesOfSettings(system, config);
  setNetworkSettings(system, config);
  tellSettingsWithoutPlace(system, config);
}
