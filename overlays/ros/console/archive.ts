import { fetchText } from '../runtime/fetch-text.ts';
import { sendAll } from '../runtime/http.ts';
import { runningVersion } from '../runtime/release.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { CONSOLES_FOLDER } from './consoles.ts';

/** A path or URL of an archive as `docker save` makes it. */
export const isArchive = (given: string): boolean => /\.(tar|tgz|tar\.gz)$/.test(given);

const PRELOAD = '/var/lib/rancher/preload/system-docker';
const DOWNLOAD = `${CONSOLES_FOLDER}/download.tar.gz`;

/** Loads an archive with one image into System Docker; gives the image's name. */
export function loadArchive(system: System, given: string): string {
  return /^https?:\/\//.test(given) ? loadDownload(system, given, () => undefined) : loadFile(system, given);
}

/** `prove` fails where the download does not have the expected digest. */
function loadDownload(system: System, url: string, prove: (file: string) => void): string {
  run(system, ['mkdir', '-p', CONSOLES_FOLDER]);
  try {
    const [answer] = sendAll(system, [{ method: 'GET', url, into: DOWNLOAD, connectTimeout: 30, redirects: 5 }]);
    if (answer?.status !== 200 || answer.curl !== 0) {
      const why = answer?.status ? `the server answers with status ${answer.status}` : 'nobody answers';
      throw new Failure(`${url} cannot be fetched: ${answer?.status === 200 ? 'it ended too early' : why}`);
    }
    prove(DOWNLOAD);
    return loadFile(system, DOWNLOAD);
  } finally {
    run(system, ['rm', '-f', DOWNLOAD]);
  }
}

/** The file beside the files of a release: lines of a SHA-256 in hex, two spaces and a name. */
const SUMS = 'SHA256SUMS';

/**
 * Loads an archive of the release from where its files lie, by the address of the list of releases: in a folder of the version's name beside
 * it, or beside it. It is taken only with the digest that the release's own list gives it. Fails with a sentence where it is not there.
 */
export function loadReleaseArchive(system: System, list: string, name: string): string {
  if (!/^https?:\/\//.test(list)) throw new Failure(`rancher.upgrade.url is no address of a server`);
  const folder = list.replace(/[?#].*$/, '').replace(/\/[^/]*$/, '');
  const errors: string[] = [];
  for (const base of [`${folder}/${runningVersion(system)}`, folder]) {
    const { text, error } = fetchText(system, `${base}/${SUMS}`);
    const digest = text === undefined ? undefined : digestOf(text, name);
    if (digest === undefined) errors.push(error ?? `${base}/${SUMS} does not name ${name}`);
    else return loadDownload(system, `${base}/${name}`, (file) => proveDigest(system, file, digest, `${base}/${name}`));
  }
  throw new Failure(errors.join('; '));
}

const digestOf = (sums: string, name: string): string | undefined =>
  sums
    .split('\n')
    .map((line) => /^([0-9a-f]{64}) [ *](.+)$/.exec(line.trim()))
    .find((found) => found?.[2] === name)?.[1];

function proveDigest(system: System, file: string, digest: string, url: string): void {
  const found = run(system, ['sha256sum', file]).stdout.slice(0, 64);
  if (found !== digest)
    throw new Failure(
      `${url} is not what its release lists: its SHA-256 is ${found}, not ${digest}. It was not loaded`,
    );
}

/** The archive of that name on the machine, if there is one. */
export function archiveOnMachine(system: System, name: string): string | undefined {
  return [CONSOLES_FOLDER, PRELOAD]
    .map((folder) => `${folder}/${name}`)
    .find((path) => run(system, ['test', '-s', path]).status === 0);
}

function loadFile(system: System, path: string): string {
  if (run(system, ['test', '-f', path]).status !== 0) throw new Failure(`there is no file ${path}`);
  const { status, stdout } = run(system, ['system-docker', 'load', '--input', path], { withErrors: true });
  const images = [...stdout.matchAll(/^Loaded image: (\S+)$/gm)].map(([, image = '']) => image);
  if (status !== 0) throw new Failure(`${path} cannot be loaded: ${stdout.trim().split('\n').at(-1) ?? ''}`);
  const [image, ...further] = images;
  if (image === undefined || further.length > 0)
    throw new Failure(`${path} holds ${images.length} images with a name; a console is one`);
  return image;
}
