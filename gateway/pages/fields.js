// The fields of a form, for whatever member the API document describes: words, days, codes, files, papers that are looked up by name, and the lists and records
// within it. Each is an element with a `read()`; what was left blank reads as null.

import * as api from "/pages/api.js";
import { choice, el, field, fill } from "/pages/dom.js";
import { problem } from "/pages/shell.js";
import { NOUNS, today } from "/pages/values.js";

export const LONG = 200; // characters: more than this is written in lines
const TODAYS = /^(on|received_on|from_on|paid_on|held_on)$/;
const OF_A_FILE = /(^|_)(files?|attachments?)(_ids?)?$/;
const MANY_IDS = { candidates: "trainee", attachments: "file", file_ids: "file" };
const FOUND = new Set(["trainees", "institutions", "classes", "claims", "filings", "certificates", "orders"]); // what the search finds
const YES_NO = [["", "—"], ["true", "是"], ["false", "否"]];

const reads = (element, read) => Object.assign(element, { read });
const blank = (value) => value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);
const filled = (record) => Object.fromEntries(Object.entries(record).filter(([, value]) => !blank(value)));

/**
 * A field's input; null for what no form can ask. `value`: what is there already. `near`: by kind, the papers that stand beside (`{trainee: [[id, name], …]}`).
 */
export function inputOf(name, member, value, near = {}) {
	const given = { name, required: member.needed };
	if (member.codes) return written(choice(name, [["", "—"], ...member.codes], value, { required: member.needed }));
	if (member.type === "array") return listOf(name, member.items(), value, near, member);
	if (member.type === "object") return Object.keys(member.members()).length ? recordOf(member, value, near) : null;
	if (member.type === "boolean") return member.needed ? of(choice(name, YES_NO, value, { required: true }), (text) => text === "true") : ticked(name, value);
	if (member.type === "integer" || member.type === "number") return of(el("input", { type: "number", value: value ?? "", step: member.type === "number" ? "any" : 1, ...given }), Number);
	if (member.type !== "string") return null;
	if (member.format === "date") return written(el("input", { type: "date", value: value ?? (member.needed && TODAYS.test(name) ? today() : ""), ...given }));
	if (name.endsWith("_at")) return of(el("input", { type: "datetime-local", value: (value ?? "").slice(0, 16), ...given }), (text) => `${text}:00+08:00`);
	if (OF_A_FILE.test(name)) return files(member.needed, false);
	if (member.format === "uuid" || name.endsWith("_id")) return paperOf(name.replace(/_ids?$/, ""), value, near, member.needed);
	const list = LISTS[name] ?? LISTS[`${near.within ?? ""}.${name}`];
	if (list) return coded(name, list, value, member.needed);
	const input = (member.longest ?? 0) > LONG ? el("textarea", { value: value ?? "", ...given }) : el("input", { value: value ?? "", ...given });
	return member.otherwise?.type === "array" ? either(input, inputOf(name, member.otherwise, null, near)) : written(input);
}

const of = (input, meant) => reads(input, () => (input.value.trim() ? meant(input.value.trim()) : null));
const written = (input) => of(input, String);
const ticked = (name, value) => ((input) => reads(input, () => input.checked || (value === true ? false : null)))(el("input", { type: "checkbox", name, checked: value === true }));

/** Codes that the API document does not list where they are asked for. */
const lines = async () => {
	const plans = await Promise.all((await api.get("/v1/plans")).items.map((each) => api.get(`/v1/plans/${each.code}`)));
	return Object.fromEntries(plans.flatMap((plan) => plan.lines.map((line) => [line.code, line.title])));
};
const scopes = async () => Object.fromEntries((await api.get("/v1/scopes?limit=200")).items.map((each) => [each.scope, each.label]));
const LISTS = Object.fromEntries(["region", "occupation", "zone"].map((list) => [`${list}_code`, () => api.labels(list)]));
Object.assign(LISTS, { programmes: lines, scopes, "categories.code": () => api.labels("category"), department: () => api.labels("department"), scheme: () => api.labels("scheme") });

function coded(name, list, value, needed) {
	const select = choice(name, [["", "—"], ...(value ? [[value, value]] : [])], value, { required: needed });
	list().then((words) => fill(select, [["", "—"], ...Object.entries(words)].map(([code, word]) => el("option", { value: code, selected: code === (value ?? "") }, word))));
	return written(select);
}

/** Text, or a list in its stead: the list where there is one. */
function either(input, list) {
	return reads(el("div", {}, input, el("details", {}, el("summary", {}, "或者逐项填写"), list)), () => list.read() ?? (input.value.trim() || null));
}

/** A field with its words. What holds fields of its own is a group, and not a label around them. */
export function labelled(name, member, input) {
	const title = `${member?.label || name}${member?.needed ? "(必填)" : ""}`;
	if (input.type === "checkbox") return el("label", { class: "check" }, input, title);
	return input.matches("input, select, textarea") ? field(title, input) : el("fieldset", { class: "group" }, el("legend", {}, title), input);
}

function recordOf(member, value, near) {
	const needs = ([name]) => member.required.includes(name);
	const fields = Object.entries(member.members()).sort((one, other) => needs(other) - needs(one)).map(([name, each]) => {
		const needed = needs([name]) && member.needed;
		const input = inputOf(name, { ...each, needed }, value?.[name], near);
		return input && [name, input, labelled(name, { ...each, needed }, input)];
	}).filter(Boolean);
	return reads(el("div", { class: "fields" }, fields.map(([, , shown]) => shown)), () => {
		const record = filled(Object.fromEntries(fields.map(([name, input]) => [name, input.read()])));
		return Object.keys(record).length ? record : null;
	});
}

function listOf(name, item, value, near, { needed }) {
	if (!item) return null;
	const one = MANY_IDS[name] ?? (item.format === "uuid" ? name.replace(/_ids$/, "") : null);
	if (one === "file" && item.type === "string") return files(needed, true);
	if (item.codes) return boxes(item.codes, value);
	if (LISTS[name]) {
		const box = el("div");
		let inner = { read: () => value ?? null };
		LISTS[name]().then((words) => fill(box, (inner = boxes(Object.entries(words), value))));
		return reads(box, () => inner.read());
	}
	if (item.type === "string" && !one) {
		const text = el("textarea", { name, required: needed, value: (value ?? []).join("\n"), placeholder: "一行一个" });
		return of(text, (written_) => written_.split(/\s*\n\s*/).filter(Boolean));
	}
	const rows = el("div");
	const within = { ...near, within: name };
	const add = (given) => {
		const input = inputOf(one ? `${one}_id` : name, { ...item, needed: true }, given, within);
		const row = el("fieldset", { class: "entry" }, el("legend", { class: "hidden" }, "一项"), input,
			el("button", { type: "button", onclick: () => { row.remove(); more.focus(); } }, "去掉这一项"));
		row.read = input.read;
		rows.append(row);
		return row;
	};
	const more = el("button", { type: "button", onclick: () => add().querySelector("input, select, textarea")?.focus() }, "加一项");
	for (const each of value ?? []) add(each);
	if (needed && blank(value)) add();
	return reads(el("div", {}, rows, more), () => {
		const all = [...rows.children].map((row) => row.read()).filter((each) => !blank(each));
		return all.length || !blank(value) ? all : null;
	});
}

/** Several of a list of codes. */
function boxes(codes, value) {
	const chosen = new Set(value ?? []);
	const inputs = codes.map(([code, word]) => [code, el("input", { type: "checkbox", checked: chosen.has(code) }), word]);
	return reads(el("div", { class: "fields" }, inputs.map(([, input, word]) => el("label", { class: "check" }, input, word))), () => {
		const now = inputs.filter(([, input]) => input.checked).map(([code]) => code);
		const all = [...[...chosen].filter((code) => now.includes(code)), ...now.filter((code) => !chosen.has(code))];
		return all.length || chosen.size ? all : null;
	});
}

/** Files that are sent as soon as they are chosen. */
function files(needed, many) {
	const sent = [];
	const said = el("small", { role: "status" });
	const input = el("input", {
		type: "file",
		"aria-label": "选择文件",
		multiple: many,
		required: needed,
		accept: ".pdf,.jpg,.jpeg,.png,.ofd,.xlsx",
		onchange: async () => {
			for (const file of input.files) {
				const form = new FormData();
				form.append("file", file);
				try {
					sent.push((await api.upload("/v1/files", form)).id);
					fill(said, `已上传 ${sent.length} 个文件`);
				} catch (refused) {
					fill(said, problem(refused));
				}
			}
		},
	});
	return reads(el("div", {}, input, said), () => (many ? (sent.length ? sent : null) : sent.at(-1) ?? null));
}

/** Another paper: one that stands beside, or one that is looked up. */
function paperOf(kind, value, near, needed) {
	const known = near[kind] ?? [];
	const select = choice(`${kind}_id`, [["", known.length ? "—" : "先查找"], ...known], value, { required: needed, "aria-label": "选择" });
	const noun = NOUNS[kind];
	if (known.length || !noun) return written(known.length ? select : el("input", { name: `${kind}_id`, value: value ?? "", required: needed }));
	if (value) select.append(el("option", { value, selected: true }, near.names?.[kind] ?? "现在的一个"));
	const text = el("input", { type: "search", "aria-label": "查找", placeholder: "姓名、名称或编号", onkeydown: (event) => { if (event.key === "Enter") { event.preventDefault(); look(); } } });
	const said = el("small", { role: "status" });
	const look = async () => {
		try {
			const found = FOUND.has(noun)
				? (await api.post("/v1/search", { text: text.value.trim() })).items.filter((each) => each.link.startsWith(`/v1/${noun}/`)).map((each) => [each.link.split("/").pop(), [each.trainee_name ?? each.title, each.id_number_masked ?? each.number].filter(Boolean).join(" ")])
				: (await api.get(`/v1/${noun}?limit=200`)).items.map((each) => [each.id, each.name ?? each.title ?? each.number ?? each.trainee_name]);
			fill(select, found.map(([id, word]) => el("option", { value: id }, word)));
			fill(said, found.length ? `找到 ${found.length} 项` : "没有找到");
		} catch (refused) {
			fill(said, problem(refused));
		}
	};
	return reads(el("div", { class: "row" }, text, el("button", { type: "button", onclick: look }, "查找"), select, said), () => select.value || null);
}

/** What stands beside in a paper's own lists, by kind: `{trainee: [[id, name], …], names: {…}}`. */
export function beside(paper) {
	const near = { names: {} };
	const called = (row, kind) => [row[`${kind}_name`] ?? row[`${kind}_number`] ?? row.name ?? row.number, row.id_number_masked].filter(Boolean).join(" ");
	for (const [name, value] of Object.entries(paper)) {
		const kind = /^(.*)_id$/.exec(name)?.[1];
		if (kind && value) near.names[kind] = called(paper, kind);
		if (!Array.isArray(value)) continue;
		for (const row of value) {
			for (const each of Object.keys(row ?? {}).filter((of_) => of_.endsWith("_id") && row[of_])) {
				const of_ = each.slice(0, -3);
				near[of_] ??= [];
				if (!near[of_].some(([id]) => id === row[each])) near[of_].push([row[each], called(row, of_)]);
			}
		}
	}
	return near;
}
