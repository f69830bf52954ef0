import { BuildError } from '../../../core/failure.ts';
import { compareCodeUnits } from '../../../core/json.ts';
import { textNode } from '../../../trees/made-node.ts';
import { type Node, readContent } from '../../../trees/node.ts';
import { noCertificates, notACertificate } from '../messages.ts';

const CERTIFICATE = /^usr\/(?:local\/)?share\/ca-certificates\/(?:.+\/)?[^/]+\.crt$/;

/**
 * What `update-ca-certificates` does for programs that read one file: all certificates of `/usr/share/ca-certificates`
 * (and `/usr/local/…`), sorted by path, in `/etc/ssl/certs/ca-certificates.crt`.
 */
export function caBundle(nodes: ReadonlyMap<string, Node>, epoch: number): Omit<Node, 'owner'> {
  const certificates = [...nodes.values()]
    .filter((node) => node.type === 'file' && CERTIFICATE.test(node.path))
    .sort((a, b) => compareCodeUnits(a.path, b.path));
  if (certificates.length === 0) throw new BuildError(noCertificates());
  const decoder = new TextDecoder();
  const texts = certificates.map((node) => {
    const text = decoder.decode(readContent(node));
    if (!text.includes('-----BEGIN CERTIFICATE-----')) throw new BuildError(notACertificate(node.path, node.owner));
    return text.endsWith('\n') ? text : `${text}\n`;
  });
  return textNode('etc/ssl/certs/ca-certificates.crt', texts.join(''), { epoch });
}
