import type { BootFigures } from './boot-figures.ts';
import { MOMENTS, type Moment } from './moments.ts';

/** A start as it is drawn. */
export interface Timeline {
  readonly title: string;
  readonly moments: readonly Moment[];
  /** What a person waits for, in seconds after power-on. */
  readonly marks: readonly Moment[];
}

/** What was measured of a start, to be drawn. A system without a System Docker has marks only, and when its Docker was ready. */
export function timelineOf(boot: BootFigures): Timeline {
  const { path, memoryMiB, accelerator, moments = [] } = boot;
  return {
    title: `${path} (${memoryMiB} MiB, ${accelerator})`,
    moments,
    marks: [
      { name: 'login on the console', seconds: boot.loginSeconds },
      ...(moments.length > 0 ? [] : [{ name: "the user's Docker is ready", seconds: boot.userDockerSeconds }]),
      { name: 'first user container', seconds: boot.firstContainerSeconds },
    ],
  };
}

/** What works from when to when; a bar is drawn where both moments are known. */
const BARS: readonly { readonly lane: string; readonly part: string; readonly from?: string; readonly to: string }[] = [
  { lane: 'Kernel', part: 'firmware, boot loader', to: MOMENTS.kernel },
  { lane: 'Kernel', part: 'kernel', from: MOMENTS.kernel, to: MOMENTS.init },
  { lane: 'init', part: 'finds the medium', from: MOMENTS.init, to: MOMENTS.medium },
  { lane: 'init', part: 'disks, configuration', from: MOMENTS.medium, to: MOMENTS.systemDockerStarted },
  { lane: 'System Docker', part: 'starts', from: MOMENTS.systemDockerStarted, to: MOMENTS.systemDocker },
  { lane: 'Services', part: 'start', from: MOMENTS.systemDocker, to: MOMENTS.services },
  { lane: 'Services', part: 'commands and files', from: MOMENTS.services, to: MOMENTS.prepared },
  { lane: "User's Docker", part: 'is loaded', from: MOMENTS.dockerContainer, to: MOMENTS.dockerLoaded },
  { lane: "User's Docker", part: 'starts', from: MOMENTS.dockerLoaded, to: MOMENTS.docker },
];
const LANES = [...new Set(BARS.map(({ lane }) => lane))];

const WIDTH = 1000;
const LABEL = 120;
const ROOM = 40;
const ROW = 26;
const TITLE = 34;
const AXIS = 26;
const MARK = 16;
/** Width of a character of the labels. */
const CHARACTER = 6.2;

/** Starts one above the other on one scale, as an SVG of its own. */
export function timelineSvg(timelines: readonly Timeline[]): string {
  const last = Math.max(
    1,
    ...timelines.flatMap(({ moments, marks }) => [...moments, ...marks].map(({ seconds }) => seconds)),
  );
  const scale = (seconds: number): number => LABEL + (Math.max(0, seconds) / last) * (WIDTH - LABEL - ROOM);
  const tick = tickOf(last);
  const drawn: string[] = [];
  let top = 0;
  for (const timeline of timelines) {
    const { svg, height } = drawnStart(timeline, { top, scale, last, tick });
    drawn.push(svg);
    top += height;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" role="img" aria-labelledby="title about">
<title id="title">${escaped(`Boot timeline: ${timelines.map(({ title }) => title).join('; ')}`)}</title>
<desc id="about">${escaped(timelines.map(described).join(' '))}</desc>
<style>${STYLE}</style>
<rect class="page" width="${WIDTH}" height="${top}"/>
${drawn.join('')}</svg>
`;
}

interface Place {
  readonly top: number;
  readonly scale: (seconds: number) => number;
  readonly last: number;
  readonly tick: number;
}

function drawnStart(
  { title, moments, marks }: Timeline,
  { top, scale, last, tick }: Place,
): { readonly svg: string; readonly height: number } {
  const at = new Map(moments.map(({ name, seconds }) => [name, seconds]));
  const lanes = LANES.filter((lane) => BARS.some((bar) => bar.lane === lane && at.has(bar.to)));
  const begin = top + TITLE;
  const end = begin + lanes.length * ROW;
  const parts = [`<text class="title" x="8" y="${top + 22}">${escaped(title)}</text>\n`];
  for (let seconds = 0; seconds <= last; seconds += tick)
    parts.push(
      `<line class="grid" x1="${round(scale(seconds))}" x2="${round(scale(seconds))}" y1="${begin}" y2="${end + marks.length * MARK}"/>`,
      `<text class="tick" x="${round(scale(seconds))}" y="${end + marks.length * MARK + 14}">${seconds} s</text>\n`,
    );
  for (const [index, lane] of lanes.entries()) {
    const y = begin + index * ROW;
    parts.push(`<text x="8" y="${y + 17}">${escaped(lane)}</text>\n`);
    const bars = BARS.filter((bar) => bar.lane === lane);
    for (const [shade, { part, from, to }] of bars.entries()) {
      const [since, until] = [from === undefined ? 0 : at.get(from), at.get(to)];
      if (since === undefined || until === undefined || until < since) continue;
      const [x, width] = [scale(since), scale(until) - scale(since)];
      const about = `${lane}, ${part}: ${since.toFixed(1)} s to ${until.toFixed(1)} s (${(until - since).toFixed(1)} s)`;
      const label =
        part.length * CHARACTER + 8 < width
          ? `<text class="part" x="${round(x + 4)}" y="${y + 17}">${escaped(part)}</text>`
          : '';
      parts.push(
        `<g class="l${LANES.indexOf(lane)} s${shade}"><title>${escaped(about)}</title><rect class="bar" x="${round(x)}" y="${y + 3}" width="${round(Math.max(1, width))}" height="${ROW - 6}"/>${label}</g>\n`,
      );
    }
  }
  for (const [index, { name, seconds }] of [...marks].sort((a, b) => a.seconds - b.seconds).entries()) {
    const [x, y] = [scale(seconds), end + index * MARK + 12];
    const words = `${name} ${seconds.toFixed(1)} s`;
    // Words that would leave the picture stand before their mark.
    const isLeft = x + words.length * CHARACTER + 8 > WIDTH;
    parts.push(
      `<line class="mark" x1="${round(x)}" x2="${round(x)}" y1="${begin}" y2="${y}"/><text class="${isLeft ? 'left' : 'right'}" x="${round(isLeft ? x - 4 : x + 4)}" y="${y}">${escaped(words)}</text>\n`,
    );
  }
  return { svg: parts.join(''), height: end - top + marks.length * MARK + AXIS };
}

/** A timeline in words, for whoever does not see it. */
function described({ title, moments, marks }: Timeline): string {
  const all = [...moments, ...marks].sort((a, b) => a.seconds - b.seconds);
  return `${title}: ${all.map(({ name, seconds }) => `${seconds.toFixed(1)} s ${name}`).join('; ')}.`;
}

/** Seconds between two lines of the grid: about eight of them. */
function tickOf(last: number): number {
  return [1, 2, 5, 10, 20, 30, 60].find((tick) => last / tick <= 9) ?? 120;
}

const ESCAPES: { readonly [character: string]: string } = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] ?? character);
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

const HUES = [30, 140, 210, 280, 350];
const lanes = (light: readonly [string, string]): string =>
  HUES.map((hue, index) =>
    light.map((each, shade) => `.l${index}.s${shade} .bar{fill:hsl(${hue},45%,${each})}`).join(''),
  ).join('');

const STYLE = `text{font:12px system-ui,sans-serif;fill:#1b1f24}.title{font-weight:600;font-size:14px}.tick{text-anchor:middle;fill:#57606a;font-size:11px}\
.part{font-size:11px}.left{text-anchor:end}.page{fill:#fff}.grid{stroke:#d0d7de}.mark{stroke:#57606a;stroke-dasharray:3 3}${lanes(['70%', '80%'])}\
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.tick{fill:#9aa7b4}.page{fill:#14181d}.grid{stroke:#30363d}.mark{stroke:#9aa7b4}${lanes(['36%', '27%'])}}`;
