// A claim: its sum, what was found of everyone and by which clause, what can be done with it, and its papers.

import * as api from "/pages/api.js";
import { capital } from "/pages/capital.js";
import { el, fill, say, table } from "/pages/dom.js";
import { given } from "/pages/inputs.js";
import { beneath, heading } from "/pages/paper.js";
import { place } from "/pages/sheet.js";
import { operation } from "/pages/spec.js";
import { buttons } from "/pages/steps.js";
import { badge, records, to, wordOf } from "/pages/values.js";
import { day, moment, number, yuan } from "/pages/words.js";

const EFFECTS = { refuse: ["bad", "不予补贴"], hold: ["warn", "待核实"], note: ["", "提示"] };
const VERDICTS = ["held", "refused", "eligible"]; // whom to look at first
const SHORTLY = ["institution_name", "trainee_name"];

export async function claim(path, { me, again }) {
	const [found, said, corrections, steps, verdicts] = await Promise.all([
		api.get(path), operation("get", path), operation("post", `${path}/corrections`), api.labels("action"), api.labels("line_verdict")]);
	const members = said.answers.members();
	const shows = Object.fromEntries(["submit", "review", "confirm", "approve"].map((step) => [step, () => summed(found, verdicts, step === "approve")]));
	return [
		heading(found.number, found.status, members.status, "补贴申领单"),
		el("section", { class: "card claim" },
			el("div", {}, el("p", { class: "big" }, yuan(found.amount)), el("p", {}, capital(found.amount))),
			el("dl", {},
				term("补贴项目", wordOf(members.scheme, found.scheme)),
				term("申领人", applicant(found)),
				term("班级", found.class_id && to(`/v1/classes/${found.class_id}`, `${found.class_name ?? ""} ${found.class_number ?? ""}`)),
				term("资金", found.fund_id && to(`/v1/funds/${found.fund_id}`, found.fund_name ?? "资金")),
				term("依据", `${found.terms.document}(自 ${day(found.terms.in_force_from)} 起施行的条款)`),
				term("提交", found.submitted_at && moment(found.submitted_at)),
				term("到这一步", moment(found.in_status_since_at)))),
		found.hold ? el("div", { class: "box warn" }, el("strong", {}, `暂缓:自 ${moment(found.hold.since_at)} 起`), el("p", {}, found.hold.reason)) : null,
		await buttons(path, found, again, { given: await given(path, found), shows }),
		el("section", { class: "card" }, el("h2", {}, "名单"), lines(found.lines, verdicts)),
		found.papers.length ? el("section", { class: "card" }, records(found.papers, members.papers.items(), "应交材料")) : null,
		el("section", { class: "card screen" }, el("h2", {}, "成卷与补正"),
			el("div", { class: "row" },
				el("button", { onclick: () => api.download(`${path}/dossier.pdf`, `${found.number}.pdf`) }, "一键成卷(PDF)"),
				el("button", { onclick: () => api.download(`${path}/corrections.xlsx`, `${found.number}-补正单.xlsx`) }, "下载补正单"),
				el("button", { onclick: () => api.download(`${path}/receipt`, `${found.number}-核算凭据.json`) }, "核算凭据")),
			found.status === "returned" && corrections.roles.includes(me.role) ? place({
				title: "交回填好的补正单",
				send: (file, tell) => {
					const form = new FormData();
					form.append("file", file);
					return api.upload(`${path}/corrections`, form, tell);
				},
				done: async () => {
					await again();
					say("补正单已收下,名单已重新判定。请核对后提交。");
				},
			}) : null),
		el("section", { class: "card" }, decisions(found, steps)),
		await beneath(path, found, me, ["/dossier.pdf", "/corrections.xlsx", "/receipt"]),
	];
}

const term = (name, said) => (said ? el("div", {}, el("dt", {}, name), el("dd", {}, said)) : null);

function applicant({ applicant: of, on_behalf }) {
	const [noun, id] = of.institution_id ? ["institutions", of.institution_id] : ["trainees", of.trainee_id];
	const name = SHORTLY.map((each) => of[each]).find(Boolean) ?? "申领人";
	return [to(`/v1/${noun}/${id}`, name), on_behalf ? "(代办)" : null];
}

/** What a step on it is about: how many people, which sum, and what is left in its fund. */
async function summed(claim, verdicts, withFund) {
	const fund = withFund && claim.fund_id ? await api.get(`/v1/funds/${claim.fund_id}`) : null;
	return el("div", { class: "box" },
		el("p", {}, counts(claim.lines, verdicts)),
		el("p", {}, el("strong", {}, yuan(claim.amount)), ` ${capital(claim.amount)}`),
		fund ? el("p", {}, `${claim.fund_name ?? "资金"}现在可用 ${yuan(fund.available)}`) : null);
}

function counts(all, verdicts) {
	const parts = VERDICTS.map((code) => [verdicts[code], all.filter((line) => line.verdict === code).length]).filter(([, count]) => count);
	return `共 ${number(all.length)} 人:${parts.map(([word, count]) => `${word} ${count} 人`).join(",")}`;
}

/** Everyone, those to look at first; what was found of all of them alike is said once. */
export function lines(all, verdicts) {
	const rows = [...all].sort((one, other) => VERDICTS.indexOf(one.verdict) - VERDICTS.indexOf(other.verdict));
	const key = (finding) => JSON.stringify([finding.code, finding.detail]);
	const everyones = rows.length > 1 ? rows[0].findings.filter((finding) => rows.every((row) => row.findings.some((each) => key(each) === key(finding)))) : [];
	const same = new Set(everyones.map(key));
	const body = el("div");
	const own = (row) => row.findings.filter((each) => !same.has(key(each)));
	const draw = (only) => fill(body, table({
		caption: counts(rows, verdicts),
		named: "stack",
		rows: rows.filter((row) => !only || row.verdict === only),
		columns: [
			{ title: "姓名", head: true, cell: (row) => [to(`/v1/trainees/${row.trainee_id}`, row.trainee_name ?? "—"), el("small", { class: "under" }, row.id_number_masked)] },
			{ title: "结论", cell: (row) => badge(row.verdict, verdicts[row.verdict]) },
			{ title: "金额", number: true, cell: (row) => [yuan(row.amount), el("small", { class: "under" }, row.calculation)] },
			...(rows.some((row) => own(row).length) ? [{ title: "审核意见:依据和办法", cell: (row) => own(row).map(finding) }] : []),
		],
	}));
	draw("");
	const kinds = VERDICTS.filter((each) => rows.some((row) => row.verdict === each));
	return el("div", {},
		kinds.length > 1 ? only(kinds.map((each) => [each, verdicts[each]]), draw) : null,
		everyones.length ? el("div", {}, el("h3", {}, `对全部 ${rows.length} 人都有的意见`), everyones.map(finding)) : null,
		body);
}

/** Buttons of which one is pressed. */
function only(kinds, draw) {
	const group = el("div", { class: "kinds screen", role: "group", "aria-label": "只看" });
	const show = (chosen) => fill(group, [["", "全部"], ...kinds].map(([each, word]) =>
		el("button", { "aria-pressed": String(each === chosen), onclick: () => { draw(each); show(each); } }, word)));
	show("");
	return group;
}

/** One finding: what was seen, what is asked, by which clause, and what to do. */
export function finding({ code, effect, detail, seen, allowed, fix, passes_from, basis }) {
	const [kind, word] = EFFECTS[effect];
	const title = detail.split(":")[0] || code;
	return el("div", { class: `finding ${kind}` },
		el("p", {}, el("span", { class: `badge ${kind}` }, word), " ", el("strong", {}, title), seen ? `:${seen}` : null),
		el("p", {}, allowed ? `规定:${allowed}。` : null, fix ? `办法:${fix}` : null, passes_from ? `自 ${day(passes_from)} 起不再有此问题。` : null),
		basis ? el("p", { class: "note" }, `依据 ${basis.document} ${basis.clause ?? ""}${basis.status === "unconfirmed" ? "(未确认)" : ""}`) : null);
}

function decisions({ decisions: all }, steps) {
	return table({
		caption: "办理记录",
		named: "stack",
		columns: [
			{ title: "时刻", head: true, cell: (row) => moment(row.at) },
			{ title: "何人", cell: (row) => row.actor_name ?? row.role },
			{ title: "步骤", cell: (row) => steps[row.action] },
			{ title: "意见", cell: (row) => [row.comment, row.trainee_name].filter(Boolean).join(" · ") || "—" },
		],
		rows: all,
		empty: "还没有办理记录。",
	});
}
