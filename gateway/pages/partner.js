// The partner's page: its monthly sheet sent in, what became of each row, who is still without proof, and the reply sheet.

import * as api from "/pages/api.js";
import { el, field } from "/pages/dom.js";
import { tabled } from "/pages/list.js";
import { begin, into } from "/pages/shell.js";
import { outcome, place } from "/pages/sheet.js";
import { operation } from "/pages/spec.js";
import { to, today } from "/pages/values.js";
import { follow } from "/pages/ways.js";

const WITHIN_DAYS = 31;
const LATELY = 5;

const { main, me } = await begin();
await follow({ main, me, home });

async function home() {
	const on = el("input", { type: "date", name: "reported_on", value: today(), required: true });
	const due = el("section", { class: "card" });
	const before = el("section", { class: "card screen" });
	const look = () => Promise.all([into(due, dueList), into(before, lately)]);
	look();
	return [
		el("h1", {}, "协作方:在岗情况和催证"),
		el("section", { class: "card screen" }, el("h2", {}, "上传每月在岗情况表"),
			el("div", { class: "row" }, field("表中情况截至", on)),
			place({
				title: "在岗情况表",
				help: el("div", { class: "row" },
					el("button", { onclick: () => api.download("/v1/placements/reply-sheet.xlsx", "催证回执单.xlsx") }, "下载催证回执单(只列所缺的)"),
					el("button", { onclick: () => api.download("/v1/templates/placements.xlsx", "在岗情况表模板.xlsx") }, "下载空白表")),
				job: (answer) => `/v1/placement-imports/${answer.id}`,
				send: (file, tell) => {
					const form = new FormData();
					form.append("reported_on", on.value);
					form.append("file", file);
					return api.upload("/v1/placement-imports", form, tell);
				},
				done: look,
			})),
		due,
		before,
		el("nav", { class: "card lists screen", "aria-label": "清单" }, to("/v1/orders", "订单"), to("/v1/placements", "全部安置"), to("/v1/placement-imports", "历次上传")),
	];
}

/** Without proof for a whole month past, then those who are due soon. */
async function dueList() {
	const [unproven, soon, said] = await Promise.all([
		api.get("/v1/placements?retention=unproven&limit=200"), api.get(`/v1/placements?due_within_days=${WITHIN_DAYS}&limit=200`), operation("get", "/v1/placements")]);
	const member = said.answers.members().items.items();
	return [
		el("h2", {}, "缺在岗证明的人"),
		unproven.items.length ? tabled("placements", unproven.items, member, `${unproven.items.length} 人,需要补充证明`) : el("p", { class: "box good" }, "没有人缺证明。"),
		el("h2", {}, `${WITHIN_DAYS} 天内满三个月的人`),
		soon.items.length ? tabled("placements", soon.items, member, `${soon.items.length} 人`) : el("p", { class: "note" }, "没有。"),
	];
}

async function lately() {
	const { items } = await api.get(`/v1/placement-imports?limit=${LATELY}`);
	const result = el("div", { "aria-live": "polite" });
	return [
		el("h2", {}, "最近的上传"),
		items.length ? el("ul", {}, items.map((job) => el("li", {}, el("button", { class: "link", onclick: () => into(result, async () => outcome(await api.get(`/v1/placement-imports/${job.id}`))) }, `${job.received_at.slice(0, 10)} ${job.filename}`)))) : el("p", { class: "note" }, "还没有上传过。"),
		result,
	];
}
