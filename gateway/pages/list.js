// Any list of the API as a table: its filters as the API document has them, page after page, each row led to its paper.

import * as api from "/pages/api.js";
import { choice, el, field, fill, table } from "/pages/dom.js";
import { operation } from "/pages/spec.js";
import { problem } from "/pages/shell.js";
import { askable, take } from "/pages/steps.js";
import { brief, records, to } from "/pages/values.js";

const COLUMNS = {
	claims: ["number", "applicant", "class_name", "scheme", "status", "people", "amount", "in_status_since_at"],
	classes: ["number", "name", "institution_name", "channel", "starts_on", "ends_on", "region_name", "status"],
	trainees: ["name", "id_number", "phone", "region_name", "categories"],
	institutions: ["name", "kind", "region_name", "designated", "blacklisted", "status"],
	enrolments: ["trainee_name", "id_number_masked", "class_name", "institution_name", "outcome", "days_attended", "counted_on", "counted_region_name"],
	placements: ["trainee_name", "id_number_masked", "order_number", "employer", "status", "started_on", "due_on", "retention"],
	certificates: ["number", "trainee_name", "kind", "occupation_name", "level", "issued_on", "status"],
	orders: ["number", "employer", "occupation_name", "posts", "ordered_on", "until_on", "status"],
	funds: ["source", "year", "total", "available", "reserved", "paid"],
	"payment-batches": ["number", "fund_name", "status", "amount", "payment_count", "created_at"],
	imports: ["filename", "kind", "status", "summary", "class_name", "received_at"],
	audit: ["at", "actor_name", "role", "action", "subject_type", "outcome", "origin"],
};
const UNASKED = /^(limit|cursor|include_total|sort|.*_id|id|external_.*|as_of|known_on)$/;
const FIRST = new Set(["q", "status"]);
const FEW = 4;
const MOST = 8;

/** The list at `path` (with its query), as the caller sees it. */
export async function list(path, { me }) {
	const [said, making] = await Promise.all([operation("get", path), operation("post", path)]);
	const noun = path.split(/[?]/)[0].replace(/^\/v1\//, "");
	const title = (said?.summary ?? noun).split(/[,;。]/)[0];
	const query = new URLSearchParams(path.split("?")[1]);
	const rows = [];
	const body = el("div");
	const page = await api.get(path);
	const member = said?.answers?.members().items?.items();
	show(page);
	const own = Object.fromEntries(["institution_id", "trainee_id", "region_code"].map((name) => [name, me[name]]).filter(([, value]) => value));
	const make = async () => {
		const made = await take({ label: making.summary, method: "POST", at: path.split("?")[0], operation: making }, own, { near: { names: { institution: me.institution_name, trainee: me.name } } });
		if (made?.id) location.hash = `/v1/${noun}/${made.id}`;
	};
	return [
		el("div", { class: "head" }, el("h1", {}, title), making?.roles.includes(me.role) && askable(making) ? el("button", { class: "screen", onclick: make }, making.summary) : null),
		said ? filters(path, said, query) : null,
		body,
	];

	function show({ items, next_cursor, total }) {
		rows.push(...items);
		const counted = total === null || total === undefined ? `${rows.length} 条${next_cursor ? ",还有更多" : ""}` : `${rows.length} / ${total} 条`;
		fill(body, next_cursor && !total ? el("button", { class: "link screen", onclick: (event) => count(event.target) }, "一共多少条?") : null,
			tabled(noun, rows, member, counted, { linked: noun !== "audit" }),
			next_cursor ? el("button", { onclick: (event) => more(event.target, next_cursor) }, "再看一页") : null);
	}

	/** Asked for only when somebody wants to know: counting costs more than a page. */
	async function count(button) {
		const { total } = await api.get(api.within(path, { include_total: true, limit: 1 }));
		fill(button, `一共 ${total} 条`);
	}

	async function more(button, cursor) {
		button.disabled = true;
		try {
			show(await api.get(api.within(path, { cursor })));
		} catch (refused) {
			button.after(problem(refused));
		}
	}
}

/** The rows of one noun; `own`: what all of them have in common and the page has said already; `linked`: each is a paper that can be opened. */
export function tabled(noun, rows, member, caption, { own = [], linked = true } = {}) {
	const members = member?.members() ?? {};
	const names = COLUMNS[noun]?.filter((name) => (!rows.length || name in rows[0]) && !own.includes(name));
	if (!names) return records(linked ? rows.map((row) => led(noun, row)) : rows, member, caption);
	const cell = (name, at) => (row) => (at === 0 && row.id && linked ? to(`/v1/${noun}/${row.id}`, el("span", { class: name === "number" ? "nowrap" : null }, valueOfFirst(name, row, members[name]))) : brief(name, row, members[name]));
	return table({
		caption,
		named: "stack",
		columns: names.slice(0, MOST).map((name, at) => ({ title: members[name]?.label || name, head: at === 0, number: /amount|total|available|reserved|paid|people|posts|days_attended/.test(name), cell: cell(name, at) })),
		rows,
	});
}

const valueOfFirst = (name, row, member) => (member?.codes ? member.codes.find(([code]) => code === row[name])?.[1] : row[name]) ?? "—";

/** A list whose columns nobody has chosen: its first column leads to the paper. */
function led(noun, row) {
	const name = ["number", "name", "title", "trainee_name", "institution_name", "class_name"].find((each) => row[each]) ?? Object.keys(row)[0];
	const { [name]: first, ...rest } = row;
	return { [name]: row.id && first ? to(`/v1/${noun}/${row.id}`, String(first)) : first, ...rest };
}

function filters(path, said, query) {
	const asked = said.takes.filter((each) => !UNASKED.test(each.name));
	if (!asked.length) return null;
	const inputs = asked.map((each) => [each, inputOf(each, query.getAll(each.name))]).filter(([, input]) => input);
	const usual = inputs.some(([each]) => FIRST.has(each.name)) ? ([each]) => FIRST.has(each.name) : (_, at) => at < FEW;
	const part = (first) => inputs.filter((each, at) => usual(each, at) === first).map(([each, input]) => field(each.name === "q" ? "名称或编号" : each.label || each.name, input));
	const [first, rest] = [part(true), part(false)];
	return el("form", {
		class: "card screen",
		onsubmit: (event) => {
			event.preventDefault();
			const given = new FormData(event.target);
			const chosen = Object.fromEntries(inputs.map(([each]) => [each.name, given.getAll(each.name).filter(Boolean)]));
			location.hash = api.within(path, { ...chosen, cursor: null });
		},
	},
	el("div", { class: "row" }, first, el("button", { class: "main" }, "查找")),
	rest.length ? el("details", { open: inputs.some((each, at) => !usual(each, at) && query.has(each[0].name)) }, el("summary", {}, "更多条件"), el("div", { class: "row" }, rest)) : null);
}

function inputOf(member, chosen) {
	const one = member.type === "array" ? member.items() : member;
	if (one?.codes) return choice(member.name, [["", "全部"], ...one.codes], chosen[0]);
	if (one?.format === "date") return el("input", { type: "date", name: member.name, value: chosen[0] ?? "" });
	if (one?.type === "boolean") return choice(member.name, [["", "全部"], ["true", "是"], ["false", "否"]], chosen[0]);
	if (one?.type === "integer") return el("input", { type: "number", name: member.name, value: chosen[0] ?? "" });
	return one?.type === "string" ? el("input", { name: member.name, value: chosen[0] ?? "", type: member.name === "q" ? "search" : "text" }) : null;
}
