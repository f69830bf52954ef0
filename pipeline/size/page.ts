import { formatBytes } from '../report/format.ts';
import { escapeXml } from './escape.ts';
import { REST, type SizedMedium } from './media.ts';
import { treemap } from './picture.ts';
import { type Shown, shownParts } from './shown.ts';

/** What a page is about. */
export interface SizeReport {
  readonly target: string;
  readonly version: string;
  readonly media: readonly SizedMedium[];
}

/** One HTML file with a picture and a table of each medium. It needs no script, no other file and no other host. */
export function sizePage({ target, version, media }: SizeReport): string {
  const title = `Sizes of ${target} ${version}`;
  const links = media.map(
    ({ name, bytes }, index) => `<li><a href="#medium-${index}">${escapeXml(name)}</a> ${formatBytes(bytes)}</li>`,
  );
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeXml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<header>
<h1>${escapeXml(title)}</h1>
<p>${escapeXml(ABOUT)}</p>
<nav aria-label="Release files"><ul>${links.join('')}</ul></nav>
</header>
<main>
${media.map(section).join('')}</main>
</body>
</html>
`;
}

const ABOUT = `Each picture is a release file: components (layers, kernel, initrd), in them packages, in these files, by their bytes in the release file. \
A component is compressed as a whole, so its bytes are apportioned over its files by what they have unpacked: the sizes of components \
are exact, those of packages and files are shares. Where a release file is compressed as a whole too, its bytes are apportioned over its \
components in the same way. “RancherOS” is what no package brought: files of this project and what the build itself writes. \
“${REST}” is what no file takes.`;

function section(medium: SizedMedium, index: number): string {
  const parts = shownParts(medium);
  return `<section aria-labelledby="medium-${index}">
<h2 id="medium-${index}">${escapeXml(medium.name)} <small>${formatBytes(medium.bytes)}, unpacked ${formatBytes(medium.unpacked)}</small></h2>
<figure>${treemap(medium, parts)}</figure>
<details>
<summary>The same figures as a table</summary>
${table(`What ${medium.name} holds`, parts, medium.bytes)}${parts.map((part) => componentTable(part, medium)).join('')}</details>
</section>
`;
}

/** Packages of a component, and the files of each that are large enough to be seen. */
function componentTable(part: Shown, { bytes }: SizedMedium): string {
  if (part.parts.length === 0) return '';
  const rows = part.parts.flatMap((each) => [
    row(each, bytes, 'package'),
    ...each.parts.map((file) => row(file, bytes, 'file')),
  ]);
  return `<details><summary>${escapeXml(part.name)}: packages and files</summary>${wrapped(`Packages and files in ${part.name}`, rows)}</details>\n`;
}

function table(caption: string, parts: readonly Shown[], bytes: number): string {
  return wrapped(
    caption,
    parts.map((part) => row(part, bytes, 'component')),
  );
}

function wrapped(caption: string, rows: readonly string[]): string {
  return `<div class="scroll" role="region" aria-label="${escapeXml(caption)}" tabindex="0"><table><caption>${escapeXml(caption)}</caption>
<thead><tr><th scope="col">name</th><th scope="col">in the file</th><th scope="col">part</th><th scope="col">unpacked</th></tr></thead>
<tbody>
${rows.join('')}</tbody></table></div>
`;
}

function row(part: Shown, bytes: number, kind: string): string {
  const percent = bytes > 0 ? `${((part.bytes / bytes) * 100).toFixed(1)} %` : '';
  return `<tr class="${kind}"><th scope="row">${escapeXml(part.name)}</th><td>${formatBytes(part.bytes)}</td><td>${percent}</td><td>${formatBytes(part.unpacked)}</td></tr>\n`;
}

/** Hues of the components, in the order of their sizes. */
const HUES = [210, 30, 140, 280, 350, 180, 55, 240];

const STYLE = `
:root { color-scheme: light dark; --page: #fff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; --light: 84%; --lighter: 91%; --deep: 74% }
@media (prefers-color-scheme: dark) {
  :root { --page: #14181d; --ink: #e6edf3; --soft: #9aa7b4; --line: #3a434d; --light: 26%; --lighter: 21%; --deep: 34% }
}
body { background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 1240px; padding: 1rem }
h1 { font-size: 1.6rem } h2 { font-size: 1.25rem; margin-top: 2.5rem } small { color: var(--soft); font-weight: normal }
nav ul { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; list-style: none; padding: 0 }
a { color: inherit } :focus-visible { outline: 3px solid; outline-offset: 2px }
figure { margin: 0 } svg { display: block; height: auto; width: 100% }
svg text { fill: var(--ink); font: 11px system-ui, sans-serif; pointer-events: none } svg text.head { font-weight: 600 } svg text.leaf { fill: var(--soft) }
rect { stroke: var(--page) } rect.component { stroke-width: 1.5 } rect.package { stroke-width: 1 } rect.file { stroke-width: .9 }
${HUES.map((hue, index) => `.c${index} .component { fill: hsl(${hue} 45% var(--deep)) } .c${index} .package { fill: hsl(${hue} 50% var(--light)) } .c${index} .file { fill: hsl(${hue} 45% var(--lighter)) }`).join('\n')}
summary { cursor: pointer; padding: .3rem 0 } .scroll { overflow-x: auto }
table { border-collapse: collapse; margin: .5rem 0 1rem; min-width: 36rem } caption { color: var(--soft); text-align: left }
th, td { border-bottom: 1px solid var(--line); font-weight: normal; padding: .15rem .75rem .15rem 0; text-align: left }
td { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap } thead th { color: var(--soft) }
thead th + th { text-align: right } tr.file th { color: var(--soft); padding-left: 1.5rem } tr.package th { font-weight: 600 }
`;
