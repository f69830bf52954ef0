import type { CloudConfig } from '../config/schema.ts';
import { CLOUD_CONFIG_FOLDER, loadConfig } from '../config/sources.ts';
import { DONE } from '../datasources/status.ts';
import { Engine, USER_DOCKER } from '../docker/engine.ts';
import { writeRegistryAuths } from '../docker/registry-auths.ts';
import { alarm, note } from '../runtime/kernel-log.ts';
import { sentenceOf } from '../runtime/sentence.ts';
import { guard } from '../runtime/steps.ts';
import type { System } from '../runtime/system.ts';
import { withoutPasswords } from '../runtime/without-passwords.ts';
import { findServices, isSystem, type Services } from './config.ts';
import { type Fill, fillWith } from './container-files.ts';
import { writeCrontab } from './cron.ts';
import { cachedDefinition, fetchDefinition, isUrl } from './definition-cache.ts';
import { enabledNames } from './included.ts';
import { hasUserArchives, preload } from './preload.ts';
import { startAll } from './start-containers.ts';
import { madeAsPlanned } from './start-marks.ts';
import { type Plan, planServices, type Scope, surroundings } from './start-plan.ts';

/** Seconds. Cloud-init gives up long before. */
const CLOUD_INIT_LIMIT = 300;
/** Seconds until the user's Docker must answer before its services are given up for this start. */
const USER_DOCKER_LIMIT = 300;

/** What the first part of the start leaves to the second. */
export interface FirstPart {
  /** The services that it knew. */
  readonly known: Services;
  readonly asksCloudInit: boolean;
  /** Services whose image is not there. */
  readonly lacking: readonly string[];
}

/**
 * The part of the start that nobody waits for: services that cloud-init brought, preloaded images, the services of the
 * user's Docker, and images that must come over the network.
 */
export function startLater(system: System, { known, asksCloudInit, lacking }: FirstPart): void {
  const config = settledConfig(system, asksCloudInit);
  guarded(system, () => writeRegistryAuths(system, config));
  guarded(system, () => fetchMissing(system, config));
  const { services, problems } = findServices(system, config);
  const tell = (sentences: readonly string[]) => {
    for (const sentence of sentences) alarm(system, sentence);
  };
  const engine = new Engine(system);
  const fill = fillWith(system, () => loadConfig(system).config);
  const around = surroundings(system, config);
  const chosen = new Set([...services.keys()].filter((name) => !known.has(name)));
  if (chosen.size > 0) tell(problems);
  const loaded = preload(system, config, 'system');
  if (loaded) for (const name of lacking) chosen.add(name);
  const absent: Absent[] = [];
  const bring = (target: Engine, scope: Scope, names: ReadonlySet<string> | undefined) => {
    const plan = planServices(services, scope, around, names);
    if (plan.specs.size === 0) return tell(plan.problems);
    // Those of the user's Docker outlive a restart of the machine.
    const kept = new Set(scope === 'user' ? guard(system, () => madeAsPlanned(target, plan), []) : []);
    const started = startAll(target, plan, { fill, kept });
    tell(started.problems);
    absent.push(...started.lacking.map((name) => ({ engine: target, scope, name, plan })));
  };
  if (chosen.size > 0) bring(engine, 'system', chosen);
  guarded(system, () => writeCrontab(system, services));
  if (!loaded && lacking.length > 0) {
    const plan = planServices(services, 'system', around, new Set(lacking));
    absent.push(...lacking.map((name) => ({ engine, scope: 'system' as const, name, plan })));
  }

  const users = [...services.values()].filter((service) => !isSystem(service));
  const user = new Engine(system, USER_DOCKER);
  const waitForUser = () => waitUntil(system, USER_DOCKER_LIMIT, () => user.isReady());
  if (hasUserArchives(system, config) || users.length > 0) {
    if (waitForUser()) {
      preload(system, config, 'user');
      if (users.length > 0) bring(user, 'user', undefined);
    } else
      alarm(system, "the user's Docker does not answer, so its services were not started; see ros service logs docker");
  }
  pullAbsent(system, absent, services, { around, fill });
}

/** What fails is told, and the rest is done all the same. */
function guarded(system: System, work: () => void): void {
  try {
    work();
  } catch (error) {
    alarm(system, sentenceOf(error));
  }
}

interface Absent {
  readonly engine: Engine;
  readonly scope: Scope;
  readonly name: string;
  readonly plan: Plan;
}

/** Images that are not there are asked for five times; the network may come up late. */
function pullAbsent(
  system: System,
  absent: readonly Absent[],
  services: Services,
  { around, fill }: { readonly around: Parameters<typeof planServices>[2]; readonly fill: Fill },
): void {
  let left = absent;
  for (let tries = 1; left.length > 0 && tries <= 5; tries += 1) {
    if (tries > 1) system.sleep(tries * 10_000);
    left = left.filter((one) => {
      const image = one.plan.specs.get(one.name)?.Image ?? '';
      const problem = one.engine.pull(image);
      if (problem !== undefined) {
        const next =
          tries === 5
            ? `put the image into /var/lib/rancher/preload, or run “ros service up ${one.name}”`
            : 'it is tried again';
        alarm(system, `service ${one.name}: ${problem}; ${next}`);
        return true;
      }
      const started = startAll(one.engine, planServices(services, one.scope, around, new Set([one.name])), { fill });
      for (const sentence of started.problems) alarm(system, sentence);
      note(system, `service ${one.name}: its image was pulled`);
      return false;
    });
  }
}

/** The configuration once cloud-init, where there is one, has had its say. */
function settledConfig(system: System, asksCloudInit: boolean): CloudConfig {
  if (asksCloudInit) {
    const isDone = () => system.readText(DONE) !== undefined;
    if (!waitUntil(system, CLOUD_INIT_LIMIT, isDone))
      alarm(system, `cloud-init did not end; services start by what ${CLOUD_CONFIG_FOLDER} holds`);
  }
  return loadConfig(system).config;
}

/** Looks twice a second whether something is so; gives whether it has become so in time. */
export function waitUntil(system: System, seconds: number, isSo: () => boolean): boolean {
  for (let tries = seconds * 2; tries > 0; tries -= 1) {
    if (isSo()) return true;
    system.sleep(500);
  }
  return false;
}

/** Definitions by URL that cloud-init enabled have never been fetched yet. */
export function fetchMissing(system: System, config: CloudConfig): void {
  const missing = enabledNames(config).filter((name) => isUrl(name) && cachedDefinition(system, name) === undefined);
  const most = Math.max(1, config.rancher?.http_load_retries ?? 3);
  for (const url of missing) {
    for (let tries = 1; tries <= most; tries += 1) {
      const problem = fetchDefinition(system, url);
      if (problem === undefined) break;
      if (tries === most) alarm(system, `service ${withoutPasswords(url)}: ${problem}`);
      else system.sleep(tries * 2000);
    }
  }
}
