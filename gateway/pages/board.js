// The board: every line of the plan against its target and against time, by month and by town, what was paid for it, and which lines count the same people.

import * as api from "/pages/api.js";
import { meter, months } from "/pages/chart.js";
import { choice, el, field, fill, table } from "/pages/dom.js";
import { begin, enterHere, into } from "/pages/shell.js";
import { away, day, daysBetween, inUnit, number, percent, yuan } from "/pages/words.js";

const LOOKED_AT_AGAIN_MS = 5 * 60_000;
const KINDS = { met: "good", on_track: "good", behind: "warn", missed: "bad", unknown: "idle" };
const SIGNS = { met: "✓", on_track: "→", behind: "!", missed: "✕", unknown: "?" };

const labels = Promise.all([api.labels("plan_status"), api.labels("plan_breakdown")]); // asked for while it is found out who looks
const { main, me } = await begin({ open: true });
if (me?.role === "partner") location.replace("/partner");
const BRIEFED = ["officer", "reviewer", "auditor", "department", "finance", "admin", "system"]; // who may read the briefing
const briefed = me !== null && BRIEFED.includes(me.role);
const root = me ? "/v1/plans" : "/v1/public-plans";
const asked = new URLSearchParams(location.search);
const [status, by] = await labels;
const called = { status, by };

/** The plans, of which one is shown: the one asked for, else the one of the day if it asks for anything, else the last that did. */
function among(listed, asOf) {
	const all = listed.sort((one, other) => one.starts_on.localeCompare(other.starts_on));
	const begun = all.filter((each) => each.starts_on <= asOf);
	const shown = all.find((each) => each.code === asked.get("plan")) ?? begun.filter((each) => each.lines_with_target).at(-1) ?? all[0];
	return { all, shown, next: shown.ends_on < asOf ? all[all.indexOf(shown) + 1] : null };
}

async function show() {
	const [now, listed] = await Promise.all([api.today(), api.get(root)]);
	const asOf = asked.get("as_of") || now;
	const { all, shown, next } = among(listed.items, asOf);
	const at = { as_of: asOf };
	const [plan, progress, coming, check] = await Promise.all([
		api.get(`${root}/${shown.code}`),
		api.get(api.within(`${root}/${shown.code}/progress`, at)),
		next && api.get(api.within(`${root}/${next.code}/progress`, at)),
		api.get(`${root}/${shown.code}/check`),
	]);
	const lines = Object.fromEntries(progress.lines.map((line) => [line.code, line]));
	const of = (code) => plan.lines.find((each) => each.code === code);
	const divided = {};
	const spent = el("div");
	const detail = el("section", { class: "card", tabindex: -1, "aria-label": "一项指标" });
	const open = (code) => {
		asked.set("line", code);
		history.replaceState(null, "", `?${asked}`);
		return into(detail, () => ofLine(shown, at, lines[code], of(code), open, progress.lines, divided));
	};
	fill(main,
		head(all, shown, asOf, now),
		standing(shown, next, progress, asOf),
		plan.sections.map((section) => ofSection(section, lines, of, coming, next, (code) => { open(code); detail.focus(); })),
		detail,
		spent,
		overlaps(check, lines));
	if (briefed) into(spent, () => money(shown, at, lines));
	await open(lines[asked.get("line")] ? asked.get("line") : progress.lines[0].code);
}

function go(given) {
	for (const [name, value] of Object.entries(given)) {
		if (value) asked.set(name, value);
		else asked.delete(name);
	}
	history.replaceState(null, "", `?${asked}`);
	return refresh();
}

const refresh = () => into(main, async () => { await show(); return [...main.childNodes]; });

function head(all, shown, asOf, now) {
	const print = api.within("/briefing", { plan: shown.code, as_of: asked.get("as_of") });
	return el("div", { class: "head" },
		el("div", {}, el("h1", {}, shown.title), el("p", { class: "note" }, `${shown.document} · ${day(shown.starts_on)}至${day(shown.ends_on)}`)),
		el("form", { class: "row screen", onsubmit: (event) => event.preventDefault() },
			field("方案", choice("plan", all.map((each) => [each.code, each.title]), shown.code, { onchange: (event) => go({ plan: event.target.value, line: "" }) })),
			field("截至", el("input", { type: "date", name: "as_of", value: asOf, required: true, onchange: (event) => event.target.value && go({ as_of: event.target.value === now ? "" : event.target.value }) })),
			briefed ? el("a", { class: "button", href: print }, "会议一页纸") : null,
			me ? null : el("button", { type: "button", onclick: enterHere }, "登录看名单")));
}

function standing(shown, next, progress, asOf) {
	const whole = daysBetween(shown.starts_on, shown.ends_on) + 1;
	const gone = Math.max(0, Math.min(whole, daysBetween(shown.starts_on, asOf) + 1));
	const impossible = progress.lines.filter((line) => line.already_impossible).length;
	const card = (title, value, kind, said) => el("div", { class: "card" }, el("p", { class: "note" }, title), el("p", { class: `big ${kind}` }, value), said);
	const many = (status) => progress.lines.filter((line) => line.status === status).length;
	return [
		shown.ends_on < asOf ? el("p", { class: "box" }, el("strong", {}, `方案已于${day(shown.ends_on)}结束,以下是结果。`),
			next ? `下一方案“${next.title}”${next.lines_with_target ? "" : "没有目标,照样计数,"}列在旁边。` : "还没有下一方案。") : null,
		progress.complete ? null : el("p", { class: "box bad", role: "alert" }, `${away(progress.unavailable)}暂不应答,它计数的指标显示为“未知”,不是 0。`),
		el("div", { class: "cards" },
			card("时间已过", percent(gone / whole), "", el("p", { class: "note" }, `${gone} / ${whole} 天`)),
			card(called.status.met, many("met"), "good", el("p", { class: "note" }, `共 ${progress.lines.length} 项`)),
			shown.ends_on < asOf ? null : card(called.status.on_track, many("on_track"), "good"),
			shown.ends_on < asOf ? null : card(called.status.behind, many("behind"), "warn"),
			card(called.status.missed, many("missed"), "bad"),
			shown.ends_on < asOf ? null : card("已不可能完成", impossible, impossible ? "bad" : ""),
			many("unknown") ? card(called.status.unknown, many("unknown"), "") : null),
	];
}

function badge(line) {
	const over = line.status === "missed";
	return [
		el("span", { class: `badge ${KINDS[line.status]}` }, `${SIGNS[line.status]} ${called.status[line.status]}`),
		line.already_impossible && !over ? [" ", el("span", { class: "badge bad" }, "✕ 已不可能完成")] : null,
	];
}

/** A figure that opens the people or classes behind it, for whoever may see them. */
const behind = (records, text) => (me && records && text !== "—" ? el("a", { href: `/desk#${records}` }, text) : text);

function ofSection(section, lines, of, coming, next, open) {
	const ahead = coming && Object.fromEntries(coming.lines.map((line) => [line.code, line]));
	const rows = section.lines.map((code) => lines[code]);
	const title = section.clause ? `${section.clause} ${section.title}` : "正文";
	const average = (line) => of(line.code).period === "average_a_year";
	return el("section", { class: "card" }, table({
		caption: title,
		named: "stack lines",
		rows,
		columns: [
			{ title: "指标", head: true, cell: (line) => [
				el("button", { class: "link", onclick: () => open(line.code) }, line.title),
				el("small", {}, line.period === "total" ? "" : ` ${line.period} 年`)] },
			{ title: "目标", number: true, cell: (line) => (line.target === null ? "—" : [average(line) ? "年均 " : "", line.target_at_most ? `${number(line.target)}至` : "", inUnit(line.target_at_most ?? line.target, line.unit)]) },
			{ title: "完成", number: true, cell: (line) => [
				behind(line.records, inUnit(line.actual, line.unit)),
				average(line) && line.numerator !== null ? el("small", {}, ` 累计 ${number(line.numerator)}`) : null,
				line.unit === "ratio" && line.denominator ? el("small", {}, ` ${number(Number(line.numerator))}/${number(Number(line.denominator))}`) : null] },
			{ title: "完成率", cell: (line) => (line.rate === null ? "—" : [percent(line.rate), meter({ share: line.rate, expected: line.expected === null ? null : line.expected / line.target, kind: KINDS[line.status] })]) },
			{ title: "按时间应达", number: true, cell: (line) => inUnit(line.expected, line.unit) },
			{ title: "状态", cell: (line) => [badge(line), line.parts && line.rate >= 1 && ["behind", "missed"].includes(line.status) ? el("small", {}, "合计已达到,有对象没有达到") : null] },
			...(next
				? [{ title: `下一方案(${next.starts_on.slice(0, 4)})`, number: true, cell: (line) => (ahead[line.code] ? [inUnit(ahead[line.code].actual, line.unit), ahead[line.code].target === null ? null : el("small", {}, ` 目标 ${inUnit(ahead[line.code].target, line.unit)}`)] : "—") }]
				: [
					{ title: "每周还需", number: true, cell: (line) => (line.needed_per_week === null ? "—" : line.unit === "ratio" ? percent(line.needed_per_week) : number(line.needed_per_week)) },
					{ title: "最迟开班", number: true, cell: (line) => line.last_class_start_on ?? "—" },
				]),
		],
	}));
}

/** One line by itself: how it is counted, its years or subjects, month by month, and who brought how much. */
async function ofLine(shown, at, line, definition, open, all, divided) {
	const ways = me ? ["region", "zone", "institution", "department", "channel", "category"] : ["region"];
	const by = ways.includes(asked.get("by")) ? asked.get("by") : "region";
	const counted = async (way) => {
		divided[way] ??= api.get(api.within(`${root}/${shown.code}/progress`, { ...at, by: way }));
		const answer = await divided[way].catch((refused) => { delete divided[way]; throw refused; });
		const { actual, breakdown } = answer.lines.find((each) => each.code === line.code);
		if (actual === null && !answer.complete) throw new api.Problem({ title: "暂时数不出来", detail: `${away(answer.unavailable)}暂不应答,请稍后再看。`, code: "" });
		return breakdown ?? [];
	};
	const pace = el("div");
	const league = el("div");
	into(pace, async () => monthly(line, await counted("month"), at.as_of));
	into(league, async () => ranked(line, by, await counted(by)));
	return [
		el("div", { class: "row" },
			el("h2", {}, line.title),
			field("换一项", choice("line", all.map((each) => [each.code, each.title]), line.code, { class: "screen", onchange: (event) => open(event.target.value) })),
			ways.length > 1 ? field("分列", choice("by", ways.map((way) => [way, called.by[way]]), by, { onchange: (event) => { asked.set("by", event.target.value); open(line.code); } })) : null),
		el("dl", {},
			el("dt", {}, "怎样计数"), el("dd", {}, definition.counting),
			el("dt", {}, "责任单位"), el("dd", {}, line.lead_departments.join("、")),
			el("dt", {}, "依据"), el("dd", {}, `${line.basis.document} ${line.basis.clause}`),
			Object.entries(line.beside ?? {}).map(([name, value]) => [el("dt", {}, BESIDE[name] ?? name), el("dd", {}, number(value))])),
		line.parts?.length ? parts(line) : null,
		el("div", { class: "two" }, pace, league),
	];
}

const BESIDE = { pending: "期限未到", already_employed: "培训前已有工作", completed: "已结业", certified: "其中取证", imported: "其中往年补录", others: "未经订单班培训而稳岗" };

function parts(line) {
	return table({
		caption: "逐年、逐个对象",
		named: "stack",
		rows: line.parts,
		columns: [
			{ title: "对象", head: true, cell: (part) => [part.subject_name, part.period === "total" ? "整个方案期" : `${part.period} 年`].filter(Boolean).join(" · ") },
			{ title: "目标", number: true, cell: (part) => inUnit(part.target, line.unit) },
			{ title: "完成", number: true, cell: (part) => behind(part.records, inUnit(part.actual, line.unit)) },
			{ title: "状态", cell: (part) => badge(part) },
		],
	});
}

function monthly(line, rows, asOf) {
	if (!rows.length) return el("p", { class: "note" }, "本指标不按月计数。");
	const found = Object.fromEntries(rows.map((row) => [row.code, row]));
	const until = asOf < line.to_on ? asOf : line.to_on;
	const shown = [];
	for (let [year, month] = line.from_on.split("-").map(Number); ; [year, month] = month === 12 ? [year + 1, 1] : [year, month + 1]) {
		const code = `${year}-${String(month).padStart(2, "0")}`;
		if (code > until.slice(0, 7)) break;
		const row = found[code];
		shown.push({ year, month, value: line.unit === "ratio" ? row?.actual ?? null : Number(row?.numerator ?? 0), href: me && row?.records ? `/desk#${row.records}` : null });
	}
	return months({ title: "逐月", unit: line.unit === "ratio" ? "比率" : line.unit, rows: shown, tell: line.unit === "ratio" ? percent : number, brief: line.unit === "ratio" ? (share) => Math.round(share * 100) : number });
}

function ranked(line, by, rows) {
	const most = Math.max(...rows.map((row) => row.actual ?? 0), 0);
	const small = rows.some((row) => row.small_base);
	const given = rows.some((row) => row.target !== null && row.target !== undefined);
	return [
		table({
			caption: `${called.by[by]}排名`,
			named: "league",
			rows,
			empty: `本指标不能${called.by[by]}分列。`,
			columns: [
				{ title: "名次", number: true, cell: (row) => (row.rank && row.small_base ? `(${row.rank})` : row.rank ?? "—") },
				{ title: called.by[by].replace("按", ""), head: true, cell: (row) => row.name },
				{ title: "完成", number: true, cell: (row) => [behind(row.records, line.unit === "ratio" ? percent(row.actual) : inUnit(row.numerator, line.unit)), row.denominator && line.unit === "ratio" ? el("small", {}, ` ${row.numerator}/${row.denominator}`) : null] },
				{ title: "与最多的相比", cell: (row) => (row.small_base ? el("span", { class: "badge warn" }, "基数小") : row.actual === null ? null : meter({ share: most ? row.actual / most : 0, kind: "" })) },
				...(given ? [{ title: "分解目标", number: true, cell: (row) => (row.target ? [inUnit(row.target, line.unit), el("small", {}, ` ${percent(row.rate)}`)] : "—") }] : []),
			],
		}),
		small ? el("p", { class: "note" }, "“基数小”:分母不足 20 人,差一人就差五个百分点以上,名次只作参考。") : null,
	];
}

/** What was paid beside what came of it. */
async function money(shown, at, lines) {
	const [briefing, funds] = await Promise.all([
		api.get(api.within(`/v1/plans/${shown.code}/briefing`, at)),
		["officer", "reviewer", "finance", "auditor"].includes(me.role) ? api.get("/v1/statistics/funds") : null,
	]);
	const paid = briefing.lines.filter((line) => line.paid !== null && line.paid !== "0.00");
	const source = await api.labels("fund_source");
	return el("section", { class: "card" },
		el("h2", {}, "资金与成果"),
		el("div", { class: "two" },
			el("div", {},
				table({
					caption: "为计入各项指标的班级已付的补贴",
					named: "stack",
					rows: paid,
					empty: briefing.unavailable.includes("subsidy") ? "资金数字暂时不能取得。" : "还没有付出补贴。",
					columns: [
						{ title: "指标", head: true, cell: (line) => line.title },
						{ title: "完成", number: true, cell: (line) => inUnit(lines[line.code].actual, line.unit) },
						{ title: "已付", number: true, cell: (line) => yuan(line.paid) },
						{ title: "平均每人次(每个)", number: true, cell: (line) => yuan(line.paid_each) },
					],
				}),
				paid.length ? el("p", { class: "note" }, "一个班级计入几项指标的,付给它的钱在各项中各列一次,各行不能相加。") : null),
			funds ? table({
				caption: "资金",
				named: "stack",
				rows: funds.items,
				empty: "还没有登记资金。",
				columns: [
					{ title: "来源", head: true, cell: (fund) => `${source[fund.source]} ${fund.year}` },
					{ title: "总额", number: true, cell: (fund) => yuan(fund.total) },
					{ title: "已付", number: true, cell: (fund) => yuan(fund.paid) },
					{ title: "已占用", number: true, cell: (fund) => yuan(fund.reserved) },
					{ title: "可用", number: true, cell: (fund) => yuan(fund.available) },
				],
			}) : null));
}

/** How many stand in both of two lines that may count the same people: those of either are counted, and what is too few stands in both. */
async function inBoth([one, other]) {
	const asked = [one, other].map(({ records }) => new URL(records, location.origin).searchParams);
	const either = Object.fromEntries(["programme", "or_channel", "or_occupation_code"].map((name) => [name, [...new Set(asked.flatMap((each) => each.getAll(name)))]]));
	const union = [one, other].map(({ records }) => api.within(records, either));
	if (union[0] !== union[1] || !Object.values(either).flat().length) return null;
	const { total } = await api.get(api.within(union[0], { include_total: true, limit: 1 }));
	return [`现在同时计入两项的有 ${inUnit(one.actual + other.actual - total, one.unit)}:`, [one, other].map((line) => [" ", line.title, " ", behind(line.records, inUnit(line.actual, line.unit))])];
}

function overlaps(check, lines) {
	const shared = (finding) => {
		const two = finding.code === "same_people" && finding.lines.length === 2 ? finding.lines.map((code) => lines[code]) : [];
		if (!me || !two.length || !two.every((line) => line.actual && line.records)) return null;
		const box = el("p", { class: "note" });
		into(box, () => inBoth(two));
		return box;
	};

	const ofPlan = check.findings.filter((finding) => finding.lines.length && finding.code !== "line_unconfirmed");
	const readings = check.findings.filter((finding) => !ofPlan.includes(finding));
	return el("section", { class: "card" },
		el("h2", {}, "指标之间:同一批人、部分与整体"),
		el("ul", {}, ofPlan.map((finding) => el("li", {}, finding.effect === "conflict" ? el("span", { class: "badge bad" }, "矛盾") : null, finding.detail, shared(finding)))),
		readings.length ? el("details", {}, el("summary", {}, `方案没有写明、按我们的理解计数的 ${readings.length} 处`), el("ul", {}, readings.map((finding) => el("li", {}, finding.detail)))) : null);
}

async function first() {
	try {
		await show();
	} catch (refused) {
		if (me || refused.status !== 404) throw refused;
		fill(main, el("h1", {}, "看板"), el("p", {}, refused.message), el("button", { class: "main", onclick: enterHere }, "登录"));
		enterHere();
	}
	return [...main.childNodes];
}

await into(main, first);
setInterval(() => document.visibilityState === "visible" && !asked.get("as_of") && !main.contains(document.activeElement) && refresh(), LOOKED_AT_AGAIN_MS);
