// The desk: what waits for whoever is signed in, what they look up, and the lists of their role.

import * as api from "/pages/api.js";
import { el, table } from "/pages/dom.js";
import { begin, into } from "/pages/shell.js";
import { to } from "/pages/values.js";
import { follow } from "/pages/ways.js";
import { worklist } from "/pages/worklist.js";

const LISTS = {
	claims: "申领单", classes: "班级", trainees: "学员", institutions: "机构", enrolments: "报名", certificates: "证书", filings: "评价备案", assessments: "评价批次",
	orders: "用工订单", placements: "安置", funds: "资金", "payment-batches": "拨付批次", payments: "付款", recoveries: "追回", objections: "异议", complaints: "投诉",
	"supervision-tasks": "督办", inspections: "检查", imports: "导入", audit: "审计轨迹", users: "用户", clients: "客户端",
	brands: "品牌", catalogues: "工种目录", "training-bases": "培训基地", "seat-plans": "计划指标", "enterprise-surveys": "企业调研", examiners: "考评人员",
	"training-wishes": "培训意愿", measures: "措施", "history-imports": "往年数据", "claim-samples": "抽查", "harvest-alarms": "批量查询告警",
};
const OF_ROLE = {
	institution: ["classes", "trainees", "claims", "payments", "filings", "assessments", "certificates", "imports", "enterprise-surveys"],
	person: ["claims", "certificates", "placements", "payments", "training-wishes"],
	town: ["trainees", "classes", "enrolments", "claims", "supervision-tasks", "imports", "training-wishes", "inspections"],
	department: ["classes", "supervision-tasks", "brands", "catalogues", "training-bases"],
	officer: ["claims", "classes", "trainees", "institutions", "filings", "certificates", "orders", "placements", "funds", "objections", "complaints", "supervision-tasks", "imports", "inspections", "brands", "catalogues", "training-bases", "seat-plans", "enterprise-surveys", "examiners", "training-wishes", "history-imports", "claim-samples"],
	reviewer: ["claims", "classes", "institutions", "filings", "assessments", "certificates", "objections", "complaints", "funds", "recoveries", "inspections", "measures", "claim-samples"],
	finance: ["claims", "funds", "payment-batches", "recoveries"],
	auditor: ["claims", "classes", "trainees", "institutions", "enrolments", "certificates", "filings", "orders", "placements", "funds", "payment-batches", "recoveries", "imports", "audit", "harvest-alarms"],
	admin: ["users", "clients"],
	partner: ["orders", "placements"],
};

const { main, me } = await begin();
await follow({ main, me, home });

async function home(_, { again }) {
	const found = el("div", { "aria-live": "polite" });
	return [
		el("form", { class: "card screen", role: "search", onsubmit: (event) => { event.preventDefault(); search(new FormData(event.target).get("text").trim(), found); } },
			el("div", { class: "row" },
				el("label", { class: "field" }, el("span", {}, "查人、班级、机构、申领单、证书、订单"), el("input", { name: "text", type: "search", size: 36, required: true, autocomplete: "off", placeholder: "姓名、名称、编号或证件号码" })),
				el("button", { class: "main" }, "查找")),
			el("nav", { class: "lists", "aria-label": "清单" }, own(), (OF_ROLE[me.role] ?? []).map((noun) => to(`/v1/${noun}`, LISTS[noun])))),
		found,
		await worklist({ again }),
	];
}

/** What the caller is bound to. */
function own() {
	if (me.trainee_id) return to(`/v1/trainees/${me.trainee_id}`, "我的档案");
	if (me.institution_id) return to(`/v1/institutions/${me.institution_id}`, me.institution_name ?? "本机构");
	return null;
}

/** The text may be a person's number: it goes in a body and into no address. */
function search(text, found) {
	return into(found, async () => {
		const [{ items, more, complete }, kinds] = await Promise.all([api.post("/v1/search", { text }), api.labels("search_hit_kind")]);
		return el("section", { class: "card" },
			complete ? null : el("p", { class: "box warn" }, "有的服务没有应答,结果可能不全。"),
			table({
				caption: `找到 ${items.length} 项${more.length ? ";还有更多,请到清单里查" : ""}`,
				named: "stack",
				empty: "没有找到。证件号码须填全号。",
				rows: items,
				columns: [
					{ title: "名称", head: true, cell: (row) => to(row.link, row.trainee_name ?? row.title) },
					{ title: "种类", cell: (row) => kinds[row.kind] },
					{ title: "编号", cell: (row) => row.id_number_masked ?? row.number ?? "—" },
					{ title: "说明", cell: (row) => row.subtitle ?? "—" },
				],
			}));
	});
}
