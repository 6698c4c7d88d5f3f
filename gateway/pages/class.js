// A class (一班一档): before it starts, who would be refused and why; its roster and sign-in sheet; afterwards its claim.

import * as api from "/pages/api.js";
import { capital } from "/pages/capital.js";
import { finding, lines } from "/pages/claim.js";
import { ask, choice, el, field, fill } from "/pages/dom.js";
import { funds } from "/pages/inputs.js";
import { sections } from "/pages/overview.js";
import { beneath, heading } from "/pages/paper.js";
import { into, problem } from "/pages/shell.js";
import { place } from "/pages/sheet.js";
import { operation } from "/pages/spec.js";
import { buttons } from "/pages/steps.js";
import { values } from "/pages/values.js";

export async function trainingClass(path, { me, again }) {
	const [found, said, imports, claims] = await Promise.all([
		api.get(path), operation("get", path), operation("post", "/v1/imports"), operation("post", "/v1/claims")]);
	const { allowed_actions, warnings, ...facts } = found;
	const open = (action) => allowed_actions.some((each) => each.action === action && each.allowed);
	const sheets = imports.roles.includes(me.role) && (open("enrol") || open("attend"));
	const claimable = found.status === "completed" && found.channel !== "social" && claims.roles.includes(me.role) && me.role === "institution";
	const judged = beforehand(path, found);
	return [
		heading(found.name, found.status, said.answers.members().status, `班级 ${found.number}`),
		warnings.length ? el("div", { class: "box warn" }, el("ul", {}, warnings.map((each) => el("li", {}, each.detail ?? each.code)))) : null,
		await buttons(path, found, again),
		claimable ? el("section", { class: "card screen" }, el("h2", {}, "申领补贴"), el("p", {}, "先试算每个人能得多少、为什么,再新建申领单。"),
			el("button", { class: "main", onclick: () => apply(found) }, "试算并申领")) : null,
		sheets ? el("section", { class: "card screen" }, el("h2", {}, "花名册和签到表"),
			el("div", { class: "places" },
				open("enrol") ? sheet("花名册", "roster", found, judged.look, el("button", { onclick: () => api.download("/v1/templates/roster.xlsx", "花名册模板.xlsx") }, "下载空白花名册")) : null,
				open("attend") ? sheet("签到表", "sign_in", found, judged.look, el("button", { onclick: () => api.download(`${path}/sign-in.xlsx`, `${found.number}-签到表.xlsx`) }, "下载本班签到表")) : null)) : null,
		judged.part,
		el("section", { class: "card" }, el("h2", {}, "班级情况"), values(facts, said.answers, "facts")),
		await sections(`${path}/overview`, "class"),
		await beneath(path, found, me, ["/eligibility", "/enrolments"]),
	];
}

function sheet(title, kind, found, done, help) {
	return place({
		title,
		help,
		done,
		job: (answer) => `/v1/imports/${answer.id}`,
		send: (file, tell) => {
			const form = new FormData();
			for (const [name, value] of [["kind", kind], ["class_id", found.id], ["file", file]]) form.append(name, value);
			return api.upload("/v1/imports", form, tell);
		},
	});
}

/** Who would be refused, why, and from when not: judged as the claim would be. `look` judges anew. */
function beforehand(path, found) {
	const result = el("div", { "aria-live": "polite" });
	const look = () => into(result, async () => {
		const [answer, verdicts] = await Promise.all([api.get(`${path}/eligibility`), api.labels("line_verdict")]);
		if (!answer.lines.length) return el("p", { class: "note" }, "班里还没有学员。");
		return lines(answer.lines, verdicts);
	});
	if (["approved", "in_progress"].includes(found.status)) look();
	const part = el("section", { class: "card" }, el("h2", {}, "资格预审"),
		el("p", {}, "现在申领的话,谁会不予补贴、为什么、从哪天起不再有此问题。"),
		el("button", { class: "screen", onclick: look }, "看预审结果"), result);
	return { part, look };
}

/** The claim of a class that is over: its sum and everyone's verdict first, then the draft. */
async function apply(found) {
	const [{ items }, fund] = await Promise.all([api.get("/v1/schemes?limit=200"), funds()]);
	const trial = el("div", { "aria-live": "polite" });
	const scheme = choice("scheme", items.map((each) => [each.code, each.title ?? each.name ?? each.code]), found.channel);
	const body = ({ scheme: code, fund_id }) => ({ kind: "training", scheme: code, applicant: { institution_id: found.institution_id }, class_id: found.id, fund_id });
	const made = await ask({
		title: `为 ${found.name} 申领补贴`,
		body: [field("补贴项目", scheme), field("资金", fund), trial],
		buttons: [
			{ label: "新建申领单", act: (form) => api.post("/v1/claims", body(form)) },
			{
				label: "试算",
				act: async (form) => {
					const quote = await api.post("/v1/claims:quote", body(form));
					const refused = quote.lines.filter((line) => line.verdict !== "eligible");
					fill(trial, el("div", { class: "box" }, el("p", { class: "big" }, `${quote.amount} 元`), el("p", {}, capital(quote.amount)),
						el("p", {}, `${quote.lines.length} 人,其中 ${refused.length} 人不予补贴或待核实。`),
						refused.map((line) => el("details", {}, el("summary", {}, line.trainee_name ?? "—"), line.findings.filter((each) => each.effect !== "note").map(finding)))));
					return undefined;
				},
			},
		],
		show: problem,
	});
	if (made) location.hash = `/v1/claims/${made.id}`;
}
