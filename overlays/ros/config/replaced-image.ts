import { at, isTree, type Tree, without } from './merge.ts';

/** Images of the release; their services say which of its programs they run. */
const OWN = /^rancher\/os-/;
/** The command is what makes these services, whatever their image. */
const KEPT = ['cloud-init', 'console', 'docker', 'hold', 'network', 'udev'];

/**
 * The lower configuration for a service of the release whose image is replaced: the release's command means nothing to that image, which has its
 * own. Only keys that the configuration sets itself, or that fit any image, stay.
 */
export function belowOtherImages(lower: Tree, higher: Tree): Tree {
  const services = at(higher, ['rancher', 'services']);
  if (!isTree(services)) return lower;
  return Object.entries(services).reduce((tree, [name, service]) => {
    const image = isTree(service) ? service['image'] : undefined;
    const before = at(lower, ['rancher', 'services', name, 'image']);
    if (typeof image !== 'string' || typeof before !== 'string' || KEPT.includes(name)) return tree;
    if (!OWN.test(before) || OWN.test(image)) return tree;
    return ['command', 'entrypoint'].reduce((so, key) => without(so, ['rancher', 'services', name, key]), tree);
  }, lower);
}
