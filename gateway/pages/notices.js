// Notices: what is about to be paid to whom, until when one may object, and a form to object with. Anyone may read it.

import * as api from "/pages/api.js";
import { ask, el, field, fill, say, table } from "/pages/dom.js";
import { begin, problem } from "/pages/shell.js";
import { day, daysBetween, moment, yuan } from "/pages/words.js";

const { main } = await begin({ open: true });
const asked = new URLSearchParams(location.search);
const [scheme, now] = await Promise.all([api.labels("scheme"), api.today()]);
const on = asked.get("on") || now;

const listed = el("div");
const more = el("button", { hidden: true, onclick: () => show(more.value) }, "显示更多");

fill(main,
	el("h1", {}, "补贴公示"),
	el("div", { class: "box" },
		el("p", {}, "以下补贴经审核拟予发放。公示期内,任何人都可以提出异议;可以不留姓名。异议受理后,在作出答复之前不发放。"),
		el("p", { class: "note" }, "姓名已隐去。公示期按工作日计,从发布的次日起算。")),
	el("form", { class: "row screen", onsubmit: (event) => event.preventDefault() },
		field("哪一天在公示", el("input", { type: "date", name: "on", value: on, required: true, onchange: (event) => event.target.value && location.assign(api.within("/notices", { on: event.target.value })) }))),
	listed,
	more);
await show("");

async function show(cursor) {
	try {
		const page = await api.get(api.within("/v1/notices", { on, cursor, limit: 20 }));
		listed.append(...page.items.map(notice));
		if (!listed.hasChildNodes()) fill(listed, el("p", { class: "card" }, `${day(on)}没有正在公示的补贴。`));
		more.hidden = page.next_cursor === null;
		more.value = page.next_cursor ?? "";
	} catch (refused) {
		listed.append(problem(refused));
	}
}

function notice(said) {
	const left = daysBetween(now, said.until_on);
	const until = said.stopped_on ? ["badge warn", `有异议受理,自${day(said.stopped_on)}停止计日`]
		: left < 0 ? ["badge", "公示期已满"]
			: ["badge good", left === 0 ? "今天截止" : `还有 ${left} 天(含节假日)`];
	return el("article", { class: "card" },
		el("div", { class: "head" },
			el("h2", {}, [said.institution, said.class].filter(Boolean).join(" · ") || "个人申领"),
			left < 0 && !said.stopped_on ? null : el("button", { onclick: () => object(said) }, "提出异议")),
		el("dl", {},
			el("dt", {}, "公示编号"), el("dd", {}, said.number),
			el("dt", {}, "补贴项目"), el("dd", {}, scheme[said.scheme]),
			el("dt", {}, "合计"), el("dd", {}, el("strong", {}, yuan(said.amount)), `,${said.lines.length} 人`),
			el("dt", {}, "公示期"), el("dd", {}, `${day(said.from_on)}至${day(said.until_on)} `, el("span", { class: until[0] }, until[1]))),
		el("details", {}, el("summary", {}, "名单和金额"), people(said.lines)),
		said.earlier.map((before) => el("details", {}, el("summary", {}, `${day(before.replaced_on)}变更以前公示的内容(${yuan(before.amount)})`), people(before.lines))));
}

function people(lines) {
	return table({
		caption: "名单",
		rows: lines,
		columns: [
			{ title: "姓名", head: true, cell: (line) => line.name },
			{ title: "金额", number: true, cell: (line) => yuan(line.amount) },
			{ title: "结果", cell: (line) => [line.result, line.added_on ? `(${day(line.added_on)}补列)` : ""] },
		],
	});
}

async function object(said) {
	const received = await ask({
		title: `对公示 ${said.number} 提出异议`,
		body: [
			field("异议内容", el("textarea", { name: "reason", required: true, maxlength: 2000 }), "请写明哪个人、什么事、您怎么知道的。"),
			field("您的姓名(可不填)", el("input", { name: "name", autocomplete: "name", maxlength: 100 })),
			field("联系方式(可不填)", el("input", { name: "contact", autocomplete: "tel", maxlength: 100 }), "只有承办人员能看到,加密保存。留下联系方式,我们才能答复您。"),
		],
		buttons: [{
			label: "提交",
			act: ({ reason, name, contact }) => api.post(`/v1/notices/${said.id}/objections`, { reason, ...(name && { name }), ...(contact && { contact }) }),
		}],
		show: problem,
	});
	if (received) say(`已收到您的异议。公示 ${received.notice_number},${moment(received.received_at)}。`);
}
