// A person (一人一档), a class, an institution, an order: what every service has of it, side by side. A part whose service is away says so, and is not empty.

import * as api from "/pages/api.js";
import { el } from "/pages/dom.js";
import { given } from "/pages/inputs.js";
import { tabled } from "/pages/list.js";
import { beneath, heading } from "/pages/paper.js";
import { problem } from "/pages/shell.js";
import { operation } from "/pages/spec.js";
import { buttons } from "/pages/steps.js";
import { values } from "/pages/values.js";

const CALLED = {
	enrolments: "报名和学籍", claims: "补贴申领", certificates: "证书", placements: "安置和稳岗", assessments: "评价批次", classes: "班级", filings: "评价备案",
	surveys: "企业调研",
};
const OWN = {
	trainee: ["trainee_name", "id_number_masked"], class: ["class_name", "institution_name"], institution: ["institution_name", "applicant"], order: ["order_number"],
};
const NOUNS = { surveys: "enterprise-surveys" };

export const person = (path, said) => whole(path, "trainee", "学员(一人一档)", said);
export const institution = (path, said) => whole(path, "institution", "机构", said);
export const order = (path, said) => whole(path, "order", "用工订单", said);

async function whole(path, own, kind, { me, again }) {
	const [found, said] = await Promise.all([api.get(path), operation("get", path)]);
	const { allowed_actions, ...facts } = found;
	return [
		heading(found.name ?? found.number, found.status, said.answers.members().status, kind),
		allowed_actions ? await buttons(path, found, again, { given: await given(path, found) }) : null,
		el("section", { class: "card" }, values(facts, said.answers, "facts")),
		await sections(`${path}/overview`, own),
		await beneath(path, found, me),
	];
}

/** The parts of an overview but the paper itself, `own`, which stands above. */
export async function sections(path, own) {
	const { sections: all } = await api.get(path);
	const parts = Object.values(all).flatMap((section) => {
		if (section.status === "unavailable") return [el("section", { class: "card" }, el("p", { class: "box warn" }, "这一部分暂时取不到,不是没有。"), problem(new api.Problem(section.problem)))];
		return Object.entries(section.data ?? {}).filter(([name]) => name !== own);
	});
	const none = parts.filter((part) => !(part instanceof Node) && !part[1].items.length);
	const shown = await Promise.all(parts.filter((part) => !none.includes(part)).map(async (part) => {
		if (part instanceof Node) return part;
		const [name, page] = part;
		const noun = NOUNS[name] ?? name;
		const said = await operation("get", `/v1/${noun}`);
		const more = page.next_cursor ? ",只列前面的" : "";
		return el("section", { class: "card" }, el("h2", {}, CALLED[name]), tabled(noun, page.items, said?.answers?.members().items?.items(), `${page.items.length} 条${more}`, { own: OWN[own] }));
	}));
	return [shown, none.length ? el("section", { class: "card note" }, `还没有:${none.map(([name]) => CALLED[name]).join("、")}。`) : null];
}
