// What a step asks for that a plain form cannot: which fund, person or file, the bank's answer for each payment.

import * as api from "/pages/api.js";
import { choice, el } from "/pages/dom.js";
import { today } from "/pages/values.js";
import { yuan } from "/pages/words.js";

/** By step, the elements for its members or what stands in their fields, for the paper at `path`. */
export async function given(path, paper) {
	const noun = path.split("/")[2];
	return (await BY_NOUN[noun]?.(paper)) ?? {};
}

const BY_NOUN = {
	claims: async (claim) => ({
		review: claim.fund_id ? {} : { fund_id: await funds() },
		edit: can(claim, "edit") ? { fund_id: await funds(claim.fund_id) } : {},
		resolve: { trainee_id: choice("trainee_id", claim.lines.filter((line) => line.verdict === "held").map((line) => [line.trainee_id, `${line.trainee_name ?? "—"} ${line.id_number_masked ?? ""}`])) },
	}),
	"payment-batches": async (batch) => ({
		confirm: { results: bankAnswers(batch.payments.filter((each) => each.status === "exported")) },
		"report-return": { payment_id: choice("payment_id", batch.payments.filter((each) => each.status === "paid").map((each) => [each.id, titled(each)])) },
	}),
	filings: async (filing) => ({ accept: { granted: levels(filing) }, "extend-scope": { granted: levels(filing) } }),
};

const can = (paper, action) => paper.allowed_actions.some((each) => each.action === action && each.allowed);

/** A choice of funds with what is left in each. */
export async function funds(chosen) {
	const [{ items }, sources] = await Promise.all([api.get("/v1/funds?limit=200"), api.labels("fund_source")]);
	return choice("fund_id", items.map((fund) => [fund.id, `${fund.name ?? `${fund.year} 年${sources[fund.source]}`}(可用 ${yuan(fund.available)})`]), chosen ?? items[0]?.id);
}

const titled = (payment) => `${payment.claim_number ?? ""} ${payment.payee?.name ?? ""} ${yuan(payment.amount)}`;

/** A row for each payment; one without an answer is left out. */
function bankAnswers(payments) {
	const rows = payments.map((payment) => [payment.id, titled(payment), {
		result: choice("", [["paid", "已付"], ["failed", "未付成"], ["bounced", "退票"], ["", "尚无回执"]], "paid", { "aria-label": "结果" }),
		voucher_no: el("input", { "aria-label": "凭证号", placeholder: "凭证号" }),
		paid_on: el("input", { type: "date", "aria-label": "付款日期", value: today() }),
		reason: el("input", { "aria-label": "未付原因", placeholder: "未付原因" }),
	}]);
	const box = el("div", { class: "scroll rows", tabindex: 0, role: "group", "aria-label": "每笔付款的回执" }, rows.map(([, title, inputs]) => el("fieldset", {}, el("legend", {}, title), Object.values(inputs))));
	box.read = () => rows.filter(([, , { result }]) => result.value).map(([payment_id, , { result, voucher_no, paid_on, reason }]) => ({
		payment_id,
		result: result.value,
		...(result.value === "paid" ? { voucher_no: voucher_no.value || null, paid_on: paid_on.value } : { reason: reason.value || null }),
	}));
	return box;
}

/** Each level asked for, as granted; one that is not is changed in its row. */
const levels = (filing) => (filing.scope ?? []).flatMap(({ occupation_code, levels: of }) => of.map((level) => ({ occupation_code, level, decision: "granted" })));
