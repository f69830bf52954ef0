import { formatBytes } from '../report/format.ts';
import { escapeXml } from './escape.ts';
import type { SizedMedium } from './media.ts';
import type { Shown } from './shown.ts';
import { type Rectangle, squarified } from './treemap.ts';

const WIDTH = 1200;
const HEIGHT = 640;
/** Height of the line with a component's name. */
const HEAD = 18;
/** Width of a character of the labels, in their size. */
const CHARACTER = 6.6;
/** How many colours the style sheet has. */
const COLOURS = 8;

/** The treemap of a medium as SVG. A reader with a screen reader gets the table of the same figures instead. */
export function treemap(medium: SizedMedium, parts: readonly Shown[]): string {
  const places = squarified(
    parts.map(({ bytes }) => bytes),
    { x: 0, y: 0, width: WIDTH, height: HEIGHT },
  );
  const drawn = parts.map((part, index) => component(part, places[index] as Rectangle, index % COLOURS));
  const label = `Treemap of ${medium.name}, ${formatBytes(medium.bytes)}. The table below it has the same figures.`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeXml(label)}" xmlns="http://www.w3.org/2000/svg">\n${drawn.join('')}</svg>\n`;
}

function component(part: Shown, place: Rectangle, colour: number): string {
  if (isTiny(place)) return '';
  const hasHead = place.height > 2 * HEAD && place.width > 40;
  const inner = inset(hasHead ? { ...place, y: place.y + HEAD, height: place.height - HEAD } : place, 1);
  const head = hasHead
    ? text(
        [part.name, baseName(part.name)].map((name) => `${name}  ${formatBytes(part.bytes)}`),
        place,
        'head',
      )
    : '';
  return `<g class="c${colour}">${titled(part, '', rect(place, 'component') + head)}${inside(part, inner, part.name)}</g>\n`;
}

/** Packages in a component. */
function inside(part: Shown, place: Rectangle, above: string): string {
  const places = squarified(
    part.parts.map(({ bytes }) => bytes),
    place,
  );
  return part.parts.map((each, index) => packageOf(each, places[index] as Rectangle, above)).join('');
}

/** A package as one box with its name, and lines between its files. */
function packageOf(part: Shown, place: Rectangle, above: string): string {
  if (isTiny(place)) return '';
  const inner = inset(place, 0.75);
  const places = squarified(
    part.parts.map(({ bytes }) => bytes),
    inner,
  );
  const files = part.parts
    .map((file, index) => {
      const spot = places[index] as Rectangle;
      if (isTiny(spot)) return '';
      const name =
        spot.height > 32 ? text([baseName(file.name)], { ...spot, y: spot.y + spot.height - 17 }, 'leaf') : '';
      return titled(file, `${above} · ${part.name} · `, rect(spot, 'file') + name);
    })
    .join('');
  const name =
    place.width > 34 && place.height > 15 ? text([part.name, part.name.replace(/ \d\S*$/, '')], place, 'name') : '';
  return `${titled(part, `${above} · `, rect(inner, 'package'))}${files}${name}`;
}

function titled(part: Shown, above: string, drawn: string): string {
  const about = `${above}${part.name}: ${formatBytes(part.bytes)}, unpacked ${formatBytes(part.unpacked)}`;
  return `<g><title>${escapeXml(about)}</title>${drawn}</g>`;
}

function rect({ x, y, width, height }: Rectangle, kind: string): string {
  return `<rect class="${kind}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"/>`;
}

/** The first of some texts that the width has room for, else as much of the last as it has; none where that would say nothing. */
function text(choices: readonly string[], { x, y, width }: Rectangle, kind: string): string {
  const room = Math.floor((width - 6) / CHARACTER);
  if (room < 4) return '';
  const last = choices[choices.length - 1] ?? '';
  const fitting = choices.find((words) => words.length <= room) ?? `${last.slice(0, room - 1)}…`;
  return `<text class="${kind}" x="${round(x + 4)}" y="${round(y + 13)}">${escapeXml(fitting)}</text>`;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

function inset({ x, y, width, height }: Rectangle, by: number): Rectangle {
  return { x: x + by, y: y + by, width: Math.max(0, width - 2 * by), height: Math.max(0, height - 2 * by) };
}

function isTiny({ width, height }: Rectangle): boolean {
  return width < 0.6 || height < 0.6;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
