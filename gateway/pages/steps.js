// The steps of a paper: what each button would do, why another cannot be pressed now, and the form that a step asks for. All of it is told by the paper's
// own `allowed_actions` and by the API document; no rule is written here.

import * as api from "/pages/api.js";
import { ask, el, say } from "/pages/dom.js";
import { LONG, beside, inputOf, labelled } from "/pages/fields.js";
import { operation } from "/pages/spec.js";
import { into, problem } from "/pages/shell.js";
import { values } from "/pages/values.js";

const PATCHES = new Set(["edit", "change"]);
const BELOW = { correct: "corrections", inspect: "inspections", enrol: "enrolments", attend: "attendance", schedule: "sessions", update: "updates" };
const DANGEROUS = new Set(["reject", "withdraw", "cancel", "revoke", "recover", "blacklist", "exit", "suspend", "dismiss", "disable"]);

/**
 * The buttons of a paper. `done`: what is called after a step. `given`: by step, members that the page fills in itself, as elements of the form.
 * `shows`: by step, what is shown above the form (a sum, a fund).
 */
export async function buttons(path, paper, done, { given = {}, shows = {} } = {}) {
	const called = await api.labels("action");
	const steps = await Promise.all(paper.allowed_actions.map(async (each) => ({ ...each, ...(await doing(path, each.action)) })));
	for (const step of steps) step.label = step.operation?.summary ?? called[step.action];
	const can = steps.filter((each) => each.allowed && askable(each.operation, given[each.action]))
		.sort((one, other) => DANGEROUS.has(one.action) - DANGEROUS.has(other.action));
	const elsewhere = steps.filter((each) => each.allowed && !can.includes(each));
	const cannot = steps.filter((each) => !each.allowed);
	const go = async (step) => (await take(step, paper, { given: given[step.action], shows: shows[step.action] })) && done();
	return el("section", { class: "card screen", "aria-label": "可以办理" },
		el("h2", {}, "可以办理"),
		can.length
			? el("ul", { class: "steps" }, can.map((step, at) => el("li", {},
				el("button", { class: DANGEROUS.has(step.action) ? "danger" : at === 0 ? "main" : null, onclick: () => go(step) }, step.label),
				el("span", { class: "note" }, step.operation.does))))
			: el("p", { class: "note" }, "您现在没有可以办理的步骤。"),
		elsewhere.length ? el("p", { class: "note" }, `也可以办,要填的内容请用表格导入或由接口提交:${elsewhere.map((step) => step.label).join("、")}。`) : null,
		cannot.length
			? el("details", {}, el("summary", {}, `现在不能办的 ${cannot.length} 项,为什么`),
				el("dl", {}, cannot.map((step) => [el("dt", {}, step.label), el("dd", {}, step.why_not?.detail ?? "")])))
			: null);
}

/** Whether a form here can ask for all that a step needs. */
export function askable(asked, given = {}) {
	if (!asked) return false;
	const members = asked.asks?.members() ?? {};
	return (asked.asks?.required ?? []).every((name) => given[name] || inputOf(name, members[name]));
}

/** Where a step is taken: `:step`, a list below the paper, or the paper itself. */
async function doing(path, action) {
	for (const [method, at] of [["POST", `${path}:${action}`], ["POST", `${path}/${BELOW[action] ?? action}`], ["POST", `${path}/${action}:batch`]]) {
		const found = await operation(method.toLowerCase(), at);
		if (found) return { method, at, operation: found };
	}
	const found = PATCHES.has(action) ? await operation("patch", path) : null;
	return { method: "PATCH", at: path, operation: found };
}

/** Asks for what a step needs, takes it, and answers what came of it; null where it was not taken. */
export async function take({ label, method, at, operation: asked }, paper, { given = {}, shows = null, near = beside(paper) } = {}) {
	const changed = method === "PATCH";
	const members = Object.entries(asked.asks?.members() ?? {}).filter(([name]) => name !== "external_refs")
		.map(([name, member]) => [name, { ...member, needed: asked.asks.required.includes(name) }])
		.sort(([, one], [, other]) => other.needed - one.needed || ((one.longest ?? 0) > LONG) - ((other.longest ?? 0) > LONG));
	const inputs = Object.fromEntries(members.map(([name, member]) => [name, given[name] instanceof Node ? given[name] : inputOf(name, member, given[name] ?? (changed || !paper.id ? paper[name] : undefined), near)]).filter(([, input]) => input));
	const read = () => Object.fromEntries(members.filter(([name]) => inputs[name]).map(([name]) => [name, inputs[name].read ? inputs[name].read() : inputs[name].value || null]));
	const before = changed ? read() : {};
	const trial = el("div", { "aria-live": "polite" });
	const send = (path) => api.send(method, path, asked.asks ? differing(read(), before) : undefined, { version: paper.version });
	const act = async () => {
		const answer = await send(at);
		say(`已办理:${label}`);
		return answer ?? true;
	};
	return ask({
		title: `${label}${paper.number ? ` ${paper.number}` : ""}`,
		body: [
			el("p", {}, asked.does),
			shows ? await into(el("div"), shows) : null,
			members.map(([name, member]) => inputs[name] && labelled(name, member, inputs[name])),
			trial,
		],
		buttons: [{ label, act }],
		show: problem,
		wide: asked.previews || Object.values(inputs).some((input) => !input.matches("input, select, textarea")),
		beside: asked.previews ? el("button", { type: "button", onclick: () => into(trial, () => preview(at, send)) }, "先看会影响什么") : null,
	});
}

/** What the step would touch, and nothing is changed. */
async function preview(at, send) {
	const said = await operation("post", at);
	const answer = await send(`${at}?preview=true`);
	return el("div", { class: "box warn" }, el("h3", {}, "会影响"), values(answer, said.fits(answer)));
}

/** Of a change only what differs from the paper is sent; what was left blank is not sent, unless something stood there. */
function differing(filled, before) {
	return Object.fromEntries(Object.entries(filled).filter(([name, value]) => JSON.stringify(value ?? null) !== JSON.stringify(before[name] ?? null)));
}
