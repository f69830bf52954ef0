/** A Debian version in its three parts; a missing epoch is 0, a missing revision is the empty string. */
interface VersionParts {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
}

/**
 * Orders two Debian versions as dpkg does: negative where `a` is older, 0 where they are equal, positive where `a` is
 * newer. `~` sorts before everything, even before the end; letters sort before other characters; digits count as numbers.
 */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  const left = split(a);
  const right = split(b);
  return (
    left.epoch - right.epoch || comparePart(left.upstream, right.upstream) || comparePart(left.revision, right.revision)
  );
}

function split(version: string): VersionParts {
  const colon = version.indexOf(':');
  const rest = version.slice(colon + 1);
  const hyphen = rest.lastIndexOf('-');
  return {
    epoch: colon < 0 ? 0 : Number(version.slice(0, colon)),
    upstream: hyphen < 0 ? rest : rest.slice(0, hyphen),
    revision: hyphen < 0 ? '' : rest.slice(hyphen + 1),
  };
}

function comparePart(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while ((i < a.length && !isDigit(a, i)) || (j < b.length && !isDigit(b, j))) {
      const difference = weight(a, i) - weight(b, j);
      if (difference !== 0) return difference;
      i += 1;
      j += 1;
    }
    const [left, afterLeft] = digits(a, i);
    const [right, afterRight] = digits(b, j);
    // Without leading zeros the longer number is the greater one, and equal lengths compare as text: no limit on size.
    const difference = left.length - right.length || (left < right ? -1 : left > right ? 1 : 0);
    if (difference !== 0) return difference;
    i = afterLeft;
    j = afterRight;
  }
  return 0;
}

/** The digits at `from` without leading zeros, and where they end. */
function digits(text: string, from: number): readonly [string, number] {
  let end = from;
  while (end < text.length && isDigit(text, end)) end += 1;
  let start = from;
  while (start < end && text[start] === '0') start += 1;
  return [text.slice(start, end), end];
}

function isDigit(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 48 && code <= 57;
}

/** dpkg's order of one character: `~` lowest, then the end of the text or a digit, then letters, then the rest. */
function weight(text: string, at: number): number {
  if (at >= text.length || isDigit(text, at)) return 0;
  const code = text.charCodeAt(at);
  if (code === 126) return -1;
  const isLetter = (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
  return isLetter ? code : code + 256;
}
