// What waits for the caller, the most due first; many claims decided at once, each with its own answer.

import * as api from "/pages/api.js";
import { capital, sum } from "/pages/capital.js";
import { ask, el, field, fill, table } from "/pages/dom.js";
import { funds } from "/pages/inputs.js";
import { problem } from "/pages/shell.js";
import { to } from "/pages/values.js";
import { away, day, daysBetween, number, yuan } from "/pages/words.js";

const TOGETHER = new Set(["review", "confirm", "approve", "close"]); // what waits so and can be taken on many claims at once
const OTHERWISE = ["return", "reject", "hold"];
const PAID = "payment";
const AT_MOST = 500;
const SOON = 5;
const PAGE = 30;
const PAGE_OF_A_KIND = 200;

export async function worklist({ again }) {
	const [kinds, steps] = await Promise.all([api.labels("worklist_kind"), api.labels("action")]);
	let kind = "";
	let items = [];
	let chosen = new Set();
	const body = el("div");
	const bar = el("div", { class: "card chosen screen", role: "region", "aria-label": "选中的申领单", hidden: true });
	const groups = el("div", { class: "kinds screen", role: "group", "aria-label": "按种类" });
	const first = await api.get(at());
	show(first);
	return [
		el("h1", {}, "待办"),
		first.complete ? null : el("p", { class: "box warn" }, `暂时取不到${away(Object.keys(first.services).filter((name) => first.services[name] !== "ok"))}的待办,不是没有。`),
		groups, bar, body,
	];

	function at(cursor) {
		return api.within("/v1/worklist", { limit: kind ? PAGE_OF_A_KIND : PAGE, kind, cursor });
	}

	async function load(path) {
		body.setAttribute("aria-busy", "true");
		try {
			show(await api.get(path));
		} catch (refused) {
			fill(body, problem(refused));
		} finally {
			body.removeAttribute("aria-busy");
		}
	}

	function show(page) {
		items = [...items, ...page.items];
		const all = page.counts.reduce((so_far, each) => so_far + each.count, 0);
		fill(groups, [{ kind: "", count: all, overdue: page.counts.reduce((so_far, each) => so_far + each.overdue, 0) }, ...page.counts].map((each) =>
			el("button", { "aria-pressed": String(each.kind === kind), onclick: () => { kind = each.kind; items = []; chosen = new Set(); load(at()); } },
				`${each.kind ? kinds[each.kind] : "全部"} ${number(each.count)}`, each.overdue ? el("span", { class: "badge bad" }, `逾期 ${number(each.overdue)}`) : null)));
		const many = items.filter(together);
		fill(body,
			many.length > 1 ? el("label", { class: "check screen" }, el("input", { type: "checkbox", onchange: (event) => all_(event.target.checked, many) }), `选中可以一起办的(${Math.min(many.length, AT_MOST)} 张)`) : null,
			table({
				caption: kind ? kinds[kind] : "最急的在前",
				named: "stack",
				rows: items,
				empty: "现在没有等您办理的事项。",
				columns: [
					...(many.length ? [{ title: el("span", { class: "hidden" }, "选"), cell: box }] : []),
					{ title: "期限", cell: (row) => due(row, page.as_of) },
					{ title: "事项", head: true, cell: (row) => [to(row.link, row.title), el("small", { class: "under" }, [kinds[row.kind], row.number].filter(Boolean).join(" · "))] },
					{ title: "涉及", cell: whom },
					{ title: "金额", number: true, cell: (row) => (row.amount === null ? "—" : yuan(row.amount)) },
					{ title: "要办", cell: (row) => el("span", { class: "nowrap" }, steps[row.action]) },
				],
			}),
			page.next_cursor ? el("button", { onclick: () => load(at(page.next_cursor)) }, "再看一页") : null);
		picked();
	}

	function box(row) {
		if (!together(row)) return "";
		return el("input", {
			type: "checkbox",
			"aria-label": `选 ${row.number} ${row.title}`,
			checked: chosen.has(row.subject_id),
			onchange: (event) => {
				if (event.target.checked) chosen.add(row.subject_id);
				else chosen.delete(row.subject_id);
				picked();
			},
		});
	}

	function all_(on, many) {
		chosen = new Set(on ? many.slice(0, AT_MOST).map((row) => row.subject_id) : []);
		for (const each of body.querySelectorAll("tbody input[type=checkbox]")) each.checked = on;
		picked();
	}

	/** What can be done with the chosen ones: the step they wait for, where it is one and the same. */
	function picked() {
		const rows = items.filter((row) => together(row) && chosen.has(row.subject_id));
		bar.hidden = !rows.length;
		if (!rows.length) return;
		const waits = new Set(rows.map((row) => row.action));
		const total = sum(rows.map((row) => row.amount));
		const [step] = waits;
		const offered = waits.size > 1 ? [] : step === PAID ? [PAID] : [step, ...OTHERWISE];
		fill(bar, el("p", {}, el("strong", {}, `已选 ${rows.length} 张,合计 ${yuan(total)}`), ` ${capital(total)}`),
			offered.length
				? el("div", { class: "row" }, offered.map((each, at) => el("button", { class: at ? null : "main", onclick: () => (each === PAID ? pay(rows) : decide(each, rows, total)) }, each === PAID ? "编成拨付批次" : `一起${steps[each]}`)))
				: el("p", { class: "note" }, "选中的在不同的步骤上;请只选同一种。"));
	}

	async function decide(action, rows, total) {
		const reasoned = OTHERWISE.includes(action) || action === "close";
		const input = el("textarea", { name: "text", required: reasoned });
		const answer = await ask({
			title: `${steps[action]} ${rows.length} 张申领单`,
			body: [
				el("div", { class: "box" }, el("p", {}, el("strong", {}, yuan(total)), ` ${capital(total)}`), el("p", {}, "逐张判断:一张不能办,不妨碍其他。")),
				el("details", {}, el("summary", {}, "是哪些"), el("ul", {}, rows.map((row) => el("li", {}, `${row.number} ${row.title} ${yuan(row.amount)}`)))),
				field(reasoned ? "理由(必填)" : "意见", input),
			],
			buttons: [{
				label: steps[action],
				act: ({ text }) => api.post("/v1/claims:decide", { action, claim_ids: rows.map((row) => row.subject_id), ...(text && { [reasoned ? "reason" : "comment"]: text }) }),
			}],
			show: problem,
		});
		if (answer) await answered(rows, answer, steps[action]);
	}

	async function answered(rows, { summary, items: outcomes }, label) {
		const done = outcomes.length - summary.rejected;
		await again();
		const main = document.getElementById("main");
		const result = el("section", { class: "card", tabindex: -1, "aria-label": "办理结果" },
			el("div", { class: `box ${summary.rejected ? "warn" : "good"}` }, el("strong", {}, `${label}:办成 ${done} 张${summary.rejected ? `,没有办成 ${summary.rejected} 张` : ""}`)),
			table({
				caption: "每张的答复",
				named: "stack",
				rows: outcomes,
				columns: [
					{ title: "申领单", head: true, cell: ({ index }) => to(rows[index].link, rows[index].number) },
					{ title: "是哪一件", cell: ({ index }) => rows[index].title },
					{ title: "答复", cell: ({ errors }) => (errors.length ? el("span", { class: "bad-text" }, errors.map((each) => each.detail ?? each.fix ?? each.code).join(";")) : "已办理") },
				],
			}));
		main.querySelector("h1").after(result);
		result.focus();
	}

	async function pay(rows) {
		const made = await ask({
			title: `${rows.length} 张申领单编成拨付批次`,
			body: [el("p", {}, "同一笔资金的才能编在一起。"), field("从哪笔资金支付", await funds())],
			buttons: [{ label: "建立批次", act: ({ fund_id }) => api.post("/v1/payment-batches", { fund_id, claim_ids: rows.map((row) => row.subject_id) }) }],
			show: problem,
		});
		if (made) location.hash = `/v1/payment-batches/${made.id}`;
	}
}

const together = (row) => row.subject_type === "claim" && row.amount !== null && (TOGETHER.has(row.action) || row.action === PAID);

function due({ due_on, overdue, since_at }, as_of) {
	if (!due_on) return el("span", { class: "note" }, `自 ${day(since_at)}`);
	const days = Math.abs(daysBetween(as_of, due_on));
	return [el("span", { class: `badge ${overdue ? "bad" : days > SOON ? "" : "warn"}` }, overdue ? `逾期 ${days} 天` : days ? `还有 ${days} 天` : "今天到期"), el("small", { class: "under" }, day(due_on))];
}

function whom({ whom: of }) {
	if (of.trainee_name) return [to(`/v1/trainees/${of.trainee_id}`, of.trainee_name), el("small", { class: "under" }, of.id_number_masked)];
	return of.institution_name ? to(`/v1/institutions/${of.institution_id}`, of.institution_name) : "—";
}
