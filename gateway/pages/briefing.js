// 会议一页纸: the briefing for the joint conference, as one printed page of A4.

import * as api from "/pages/api.js";
import { el, field } from "/pages/dom.js";
import { begin, into } from "/pages/shell.js";
import { away, day, inUnit, number, percent, points } from "/pages/words.js";

const MEASURES_AT_MOST = 4;
const NUMBERS = new Set([1, 2, 3, 4, 6, 7, 8, 9]); // columns
const { main, me } = await begin();
const asked = new URLSearchParams(location.search);

await into(main, async () => {
	const [now, plans, status, kind] = await Promise.all([api.today(), api.get("/v1/plans"), api.labels("plan_status"), api.labels("measure_kind")]);
	const plan = asked.get("plan") ?? plans.items.filter((each) => each.lines_with_target && each.starts_on <= now).at(-1)?.code ?? plans.items[0].code;
	const at = { as_of: asked.get("as_of") || now };
	const path = api.within(`/v1/plans/${plan}/briefing`, at);
	const [said, definition] = await Promise.all([api.get(path), api.get(`/v1/plans/${plan}`)]);
	const lines = Object.fromEntries(said.lines.map((line) => [line.code, line]));
	const impossible = said.lines.filter((line) => line.already_impossible);
	document.title = `会议一页纸 ${said.as_of}`;
	return [
		el("form", { class: "row screen", onsubmit: (event) => event.preventDefault() },
			field("截至", el("input", { type: "date", value: at.as_of, required: true, onchange: (event) => event.target.value && location.assign(api.within("/briefing", { plan, as_of: event.target.value })) })),
			el("button", { class: "main", onclick: () => print() }, "打印"),
			el("button", { onclick: () => api.download(api.within(`/v1/plans/${plan}/briefing.xlsx`, at)) }, "下载表格"),
			el("a", { class: "button", href: api.within("/", { plan, as_of: asked.get("as_of") }) }, "回到看板")),
		el("article", { class: "card sheet" },
			el("h1", {}, "职业技能培训工作联席会议 · 会议一页纸"),
			el("p", { class: "note" }, `${said.title}(${said.document}) 截至${day(said.as_of)}`),
			said.complete ? null : el("p", { class: "box bad" }, `${away(said.unavailable)}暂不应答,其数字为“—”,不是 0。`),
			el("p", { class: "sum" }, `共 ${said.lines.length} 项:已完成 ${said.met} 项,滞后 ${said.behind} 项`, impossible.length ? [",其中", el("strong", {}, `已不可能完成 ${impossible.length} 项`), `:${impossible.map((line) => line.title).join("、")}`] : "", "。"),
			sheet(definition.sections, lines, status, (code) => definition.lines.find((line) => line.code === code).period === "average_a_year"),
			measures(said.measures, kind),
			el("p", { class: "note" }, `已付:为计入本项的班级付出的补贴,各项可重复,不能相加。制表:${me.name || me.subject},${day(now)}`)),
	];
});

function sheet(sections, lines, status, average) {
	const titles = ["指标(牵头单位)", "目标", "完成", "差额", "完成率", "状态", "每周还需", "最迟开班", "已付(元)", "督办"];
	return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "逐项进度" },
		el("table", {},
			el("thead", {}, el("tr", {}, titles.map((title, at) => el("th", { scope: "col", class: NUMBERS.has(at) ? "number" : null }, title)))),
			sections.map((section) => el("tbody", {},
				el("tr", { class: "group" }, el("th", { scope: "rowgroup", colspan: titles.length }, section.clause ? `${section.clause} ${section.title}` : "正文")),
				section.lines.map((code) => row(lines[code], status, average(code)))))));
}

function missing(value, unit) {
	return unit === "ratio" ? points(value) : inUnit(value, unit);
}

function row(line, status, average) {
	const [kind, word] = line.already_impossible ? ["bad", "已不可能"] : [{ met: "good", on_track: "good", missed: "bad", behind: "warn" }[line.status] ?? "", status[line.status]];
	const cells = [
		[average ? "年均 " : "", inUnit(line.target, line.unit)],
		inUnit(line.actual, line.unit),
		line.gap ? missing(line.gap, line.unit) : "—",
		percent(line.rate),
		el("span", { class: `badge ${kind}` }, word),
		line.already_impossible || line.needed_per_week === null ? "—" : missing(line.needed_per_week, line.unit),
		line.already_impossible ? "—" : line.last_class_start_on ?? "—",
		line.paid === null ? "—" : number(Number(line.paid)),
		line.open_tasks === null ? "—" : line.overdue_tasks ? `${line.open_tasks}(逾期 ${line.overdue_tasks})` : line.open_tasks || "—",
	];
	return el("tr", {},
		el("th", { scope: "row" }, line.title, line.period === "total" ? "" : `(${line.period})`, el("small", {}, line.lead_department ?? "")),
		cells.map((cell, at) => el("td", { class: NUMBERS.has(at + 1) ? "number" : null }, cell)));
}

/** One line of the sheet. */
function short(text) {
	return text.length > 36 ? `${text.slice(0, 35)}…` : text;
}

function measures(found, kind) {
	if (!found) return el("p", { class: "note" }, "有效的措施:暂时不能取得。");
	if (!found.length) return el("p", { class: "note" }, "没有有效的通报、摘牌、停止支持。");
	return el("div", {}, el("h2", {}, "有效的措施"),
		el("ul", {}, found.slice(0, MEASURES_AT_MOST).map((each) => el("li", {}, `${kind[each.kind]} ${each.whom}:${short(each.reason)}${each.document ? `(${each.document})` : ""}`)),
			found.length > MEASURES_AT_MOST ? el("li", {}, `另有 ${found.length - MEASURES_AT_MOST} 项。`) : null));
}
