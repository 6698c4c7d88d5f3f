// Pictures of numbers: bars, with their numbers in a table beside.

import { el, svg, table } from "/pages/dom.js";
import { number } from "/pages/words.js";

const HIGH = 120;
const WIDE = 640;

/**
 * Standing bars, month by month. `rows`: `{year, month, value, href?}` in their order; a value of null is a gap and not a zero. The table below says the
 * same, a row a year (`brief`: how it is said above its bar).
 */
export function months({ title, unit, rows, tell = number, brief = tell }) {
	const most = Math.max(...rows.map((row) => row.value ?? 0)) || 1;
	const step = WIDE / rows.length;
	const labelled = Math.ceil(rows.length / 12);
	const drawn = svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH + 40}`, class: "bars", role: "img", "aria-label": `${title}(${unit}),数字见下表` },
		rows.map((row, at) => {
			const left = at * step;
			const high = Math.round(((row.value ?? 0) / most) * HIGH);
			return [
				row.value === null ? null : svg("rect", { x: left + step * 0.15, y: HIGH + 16 - high, width: step * 0.7, height: high, class: "bar" }),
				row.value ? svg("text", { x: left + step / 2, y: HIGH + 12 - high }, brief(row.value)) : null,
				at % labelled === 0 ? svg("text", { x: left + step / 2, y: HIGH + 32 }, row.month) : null,
				row.month === 1 && at ? svg("line", { x1: left, x2: left, y1: 16, y2: HIGH + 36, class: "axis" }) : null,
			];
		}),
		svg("line", { x1: 0, x2: WIDE, y1: HIGH + 16, y2: HIGH + 16, class: "axis" }));
	const years = [...new Set(rows.map((row) => row.year))];
	const of = (year, month) => rows.find((row) => row.year === year && row.month === month);
	const cell = (row) => (row ? (row.href && row.value ? el("a", { href: row.href }, tell(row.value)) : tell(row.value)) : "");
	const twelve = Array.from({ length: 12 }, (_, at) => at + 1);
	return el("figure", { class: "chart" }, el("figcaption", {}, `${title}(${unit})`), drawn, table({
		caption: `${title}(${unit})`,
		named: "small",
		rows: years,
		columns: [
			{ title: "年", head: true, cell: (year) => String(year) },
			...twelve.map((month) => ({ title: `${month}月`, number: true, cell: (year) => cell(of(year, month)) })),
		],
	}));
}

/** How far: a lying bar with the part done, and where it should be by now. Decoration beside its numbers. */
export function meter({ share, expected, kind }) {
	const at = (value) => Math.max(0, Math.min(1, value ?? 0)) * 100;
	return svg("svg", { viewBox: "0 0 100 6", preserveAspectRatio: "none", class: `meter ${kind}`, "aria-hidden": "true" },
		svg("rect", { x: 0, y: 0, width: 100, height: 6, class: "whole" }),
		svg("rect", { x: 0, y: 0, width: at(share), height: 6, class: "done" }),
		expected === null || expected === undefined ? null : svg("rect", { x: Math.max(0, at(expected) - 0.5), y: 0, width: 1, height: 6, class: "due" }));
}
