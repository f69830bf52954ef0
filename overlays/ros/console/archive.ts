import { sendAll } from '../runtime/http.ts';
import { run } from '../runtime/run.ts';
import { Failure, type System } from '../runtime/system.ts';
import { CONSOLES_FOLDER } from './consoles.ts';

/** A path or URL of an archive as `docker save` makes it. */
export const isArchive = (given: string): boolean => /\.(tar|tgz|tar\.gz)$/.test(given);

const PRELOAD = '/var/lib/rancher/preload/system-docker';
const DOWNLOAD = `${CONSOLES_FOLDER}/download.tar.gz`;

/** Loads an archive with one image into System Docker; gives the image's name. */
export function loadArchive(system: System, given: string): string {
  if (!/^https?:\/\//.test(given)) return loadFile(system, given);
  run(system, ['mkdir', '-p', CONSOLES_FOLDER]);
  try {
    const [answer] = sendAll(system, [{ method: 'GET', url: given, into: DOWNLOAD, connectTimeout: 30, redirects: 5 }]);
    if (answer?.status !== 200 || answer.curl !== 0) {
      const why = answer?.status ? `the server answers with status ${answer.status}` : 'nobody answers';
      throw new Failure(`${given} cannot be fetched: ${answer?.status === 200 ? 'it ended too early' : why}`);
    }
    return loadFile(system, DOWNLOAD);
  } finally {
    run(system, ['rm', '-f', DOWNLOAD]);
  }
}

/** The archive of that name, where somebody has put it on the machine. */
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
