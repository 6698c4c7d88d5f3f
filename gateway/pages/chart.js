// Pictures of numbers: bars, with their numbers in a table beside. Small enough to be written here: the smallest library is ten times as large.

import { el, svg, table } from "/pages/dom.js";
import { number } from "/pages/words.js";

const HIGH = 120;
const WIDE = 640;

/**
 * Standing bars. `rows`: `{label, value, href?}`; null is a gap and not a zero. `mark`: a value that is drawn as a line across, `{value, label}`.
 * The table beside says the same; who cannot see the picture is told its title and the table.
 */
export function bars({ title, unit, rows, mark, tell = number }) {
  const most = Math.max(1, mark?.value ?? 0, ...rows.map((row) => row.value ?? 0));
  const step = WIDE / Math.max(1, rows.length);
  const up = (value) => Math.round((value / most) * HIGH);
  const every = Math.ceil(rows.length / 12);
  const drawn = svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH + 40}`, class: "bars", role: "img", "aria-label": `${title}(${unit}),数字见表` },
    rows.map((row, at) => {
      const left = at * step;
      const high = up(row.value ?? 0);
      return [
        row.value === null ? null : svg("rect", { x: left + step * 0.15, y: HIGH + 16 - high, width: step * 0.7, height: high, class: row.kind ?? "bar" }),
        row.value ? svg("text", { x: left + step / 2, y: HIGH + 12 - high, class: "value" }, tell(row.value)) : null,
        at % every === 0 ? svg("text", { x: left + step / 2, y: HIGH + 32, class: "label" }, row.label) : null,
      ];
    }),
    svg("line", { x1: 0, x2: WIDE, y1: HIGH + 16, y2: HIGH + 16, class: "axis" }),
    mark ? [
      svg("line", { x1: 0, x2: WIDE, y1: HIGH + 16 - up(mark.value), y2: HIGH + 16 - up(mark.value), class: "mark" }),
      svg("text", { x: WIDE, y: HIGH + 12 - up(mark.value), class: "mark label" }, mark.label),
    ] : null);
  const beside = table({
    caption: `${title}(${unit})`,
    columns: [
      { title: "时间", head: true, cell: (row) => (row.href ? el("a", { href: row.href }, row.label) : row.label) },
      { title: unit, number: true, cell: (row) => tell(row.value) },
    ],
    rows,
  });
  return el("figure", { class: "chart" }, el("figcaption", {}, `${title}(${unit})`), drawn, beside);
}

/** How far: a lying bar with the part done, and where it should be by now. Decoration beside its numbers. */
export function meter({ share, expected, kind }) {
  const at = (value) => Math.max(0, Math.min(1, value ?? 0)) * 100;
  return svg("svg", { viewBox: "0 0 100 6", preserveAspectRatio: "none", class: `meter ${kind}`, "aria-hidden": "true" },
    svg("rect", { x: 0, y: 0, width: 100, height: 6, class: "whole" }),
    svg("rect", { x: 0, y: 0, width: at(share), height: 6, class: "done" }),
    expected === null || expected === undefined ? null : svg("rect", { x: Math.max(0, at(expected) - 0.5), y: 0, width: 1, height: 6, class: "due" }));
}
