import { choice, text } from './schema-words.ts';

/** How `content` of a file is written; all of coreos-cloudinit's words. */
const ENCODINGS = [
  '',
  'b64',
  'base64',
  'gz',
  'gzip',
  'gz+b64',
  'gz+base64',
  'gzip+b64',
  'gzip+base64',
  'text/plain',
] as const;

const FILE = {
  type: 'object',
  description: 'One file.',
  additionalProperties: false,
  required: ['path'],
  properties: {
    path: text('Where the file is written.', { title: 'an absolute path', pattern: '^/' }),
    content: text('What stands in it.', { restricts: true }),
    encoding: choice(ENCODINGS, 'How the content is encoded.', { restricts: true }),
    owner: text('User and perhaps group, by name or number, such as `rancher:rancher`.', {
      title: 'a user, or a user and a group with a colon between them',
      pattern: '^[^:\\s]+(:[^:\\s]*)?$',
      default: 'root:root',
      restricts: true,
    }),
    permissions: text('Mode in octal digits, such as "0644".', {
      title: 'a mode of three or four octal digits',
      pattern: '^0?o?[0-7]{3,4}$',
      default: '0644',
      restricts: true,
    }),
    container: text(
      'Service in whose container the file is written, before it starts where the file is known by then.',
      { default: 'console', restricts: true },
    ),
  },
} as const;

export const WRITE_FILES = {
  type: 'array',
  items: FILE,
  description: 'Files that are written before the console starts.',
} as const;

export const MOUNTS = {
  type: 'array',
  items: {
    type: 'array',
    items: { type: 'string' },
    minItems: 4,
    maxItems: 6,
    title: 'a list of four: device, mount point, type, options',
  },
  description:
    'What is mounted at start, each as [device, mount point, type, options]; two numbers behind them, as in /etc/fstab, say nothing.',
} as const;
