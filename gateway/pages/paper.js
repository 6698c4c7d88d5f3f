// A paper of any kind: what it says, what can be done with it, what became of it. Kinds that people look at most have a page of their own.

import * as api from "/pages/api.js";
import { ask, el } from "/pages/dom.js";
import { given } from "/pages/inputs.js";
import { tabled } from "/pages/list.js";
import { into, problem } from "/pages/shell.js";
import { below, operation } from "/pages/spec.js";
import { buttons } from "/pages/steps.js";
import { badge, records, values, wordOf } from "/pages/values.js";

/** The page of the paper at `path`; `again` draws it anew. */
export async function paper(path, { me, again }) {
	const [found, said] = await Promise.all([api.get(path), operation("get", path)]);
	const lists = Object.entries(found).filter(([, value]) => Array.isArray(value) && typeof value[0] === "object");
	const rest = Object.fromEntries(Object.entries(found).filter(([name]) => !lists.some(([each]) => each === name)));
	const members = said?.answers?.members() ?? {};
	return [
		heading(found.number ?? found.name ?? found.title ?? said?.summary ?? "", found.status, members.status, said?.summary),
		found.allowed_actions ? await buttons(path, found, again, { given: await given(path, found) }) : null,
		el("section", { class: "card" }, values(rest, said?.answers, "facts")),
		lists.filter(([name]) => name !== "allowed_actions").map(([name, rows]) => el("section", { class: "card" }, records(rows, members[name]?.items(), members[name]?.label || name))),
		await beneath(path, found, me),
	];
}

export function heading(title, status, member, kind) {
	return el("div", { class: "heading" }, kind ? el("p", { class: "note" }, kind) : null,
		el("h1", {}, title, " ", status ? badge(status, wordOf(member, status)) : null));
}

/** A part that is fetched when it is opened. */
export function folded(title, work) {
	const inside = el("div");
	let asked = false;
	return el("details", { class: "card", ontoggle: (event) => { if (event.target.open && !asked) { asked = true; into(inside, work); } } }, el("summary", {}, title), inside);
}

/** What stands below a paper: lists and records that are fetched when they are opened, files that are saved. `but`: what the page shows itself. */
export async function beneath(path, found, me, but = []) {
	const all = (await below(path)).filter((each) => each.roles.includes(me.role) && !["/overview", ...but].some((end) => each.path.endsWith(end)));
	const files = all.filter((each) => each.file);
	return [
		files.length ? el("section", { class: "card row screen", "aria-label": "下载" },
			files.map((each) => el("button", { onclick: () => saved(each.path) }, each.summary))) : null,
		all.filter((each) => !each.file).map((each) => folded(each.summary, () => read(each.path))),
		me.role === "auditor" && found.id ? folded("审计轨迹", () => read(`/v1/audit?subject=${found.id}&limit=100`)) : null,
	];
}

const saved = (path) => api.download(path).catch((refused) => ask({ title: "没有下载成", body: problem(refused), buttons: [], show: problem }));

async function read(path) {
	const [answer, said] = await Promise.all([api.get(path), operation("get", path)]);
	if (!answer.items) return values(answer, said?.answers, "facts");
	const noun = path.split("?")[0].replace("/v1/", "");
	const single = answer.items[0]?.id && (await operation("get", `/v1/${noun}/${answer.items[0].id}`));
	return tabled(noun, answer.items, said?.answers?.members().items?.items(), `${answer.items.length} 条${answer.next_cursor ? ",只列前面的" : ""}`, { linked: Boolean(single) });
}
