// What a step asks for that a plain form cannot ask: which fund, which person, which file, the bank's answer for each payment.

import * as api from "/pages/api.js";
import { choice, el, fill } from "/pages/dom.js";
import { problem } from "/pages/shell.js";
import { rowsInput } from "/pages/steps.js";
import { today } from "/pages/values.js";
import { yuan } from "/pages/words.js";

/** By step, the elements for its members, for the paper at `path`. */
export async function given(path, paper) {
  const noun = path.split("/")[2];
  return (await BY_NOUN[noun]?.(paper)) ?? {};
}

const BY_NOUN = {
  claims: async (claim) => ({
    review: claim.fund_id ? {} : { fund_id: await funds() },
    edit: can(claim, "edit") ? { fund_id: await funds(claim.fund_id) } : {},
    resolve: { trainee_id: choice("trainee_id", claim.lines.filter((line) => line.verdict === "held").map((line) => [line.trainee_id, `${line.trainee_name ?? "—"} ${line.id_number_masked ?? ""}`])) },
    attach: { attachments: files() },
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

/** Files that are sent as soon as they are chosen; `read` answers their ids. */
function files() {
  const sent = [];
  const said = el("small", { role: "status" });
  const input = el("input", {
    type: "file",
    multiple: true,
    accept: ".pdf,.jpg,.jpeg,.png,.ofd,.xlsx",
    onchange: async () => {
      for (const file of input.files) {
        const form = new FormData();
        form.append("file", file);
        try {
          sent.push((await api.upload("/v1/files", form)).id);
          fill(said, `已上传 ${sent.length} 个文件`);
        } catch (refused) {
          fill(said, problem(refused));
        }
      }
    },
  });
  const box = el("span", {}, input, said);
  box.read = () => sent;
  return box;
}

const titled = (payment) => `${payment.claim_number ?? ""} ${payment.payee ?? ""} ${yuan(payment.amount)}`;

function bankAnswers(payments) {
  const rows = payments.map((each) => ({ ...each, title: titled(each) }));
  const fieldsOf = () => ({
    result: choice("", [["paid", "已付"], ["failed", "未付成"], ["bounced", "退票"], ["", "尚无回执"]], "paid", { "aria-label": "结果" }),
    voucher_no: el("input", { "aria-label": "凭证号", placeholder: "凭证号" }),
    paid_on: el("input", { type: "date", "aria-label": "付款日期", value: today() }),
    reason: el("input", { "aria-label": "未付原因", placeholder: "未付原因" }),
  });
  return rowsInput(rows, fieldsOf, (row, { result, voucher_no, paid_on, reason }) => result.value && {
    payment_id: row.id,
    result: result.value,
    ...(result.value === "paid" ? { voucher_no: voucher_no.value || null, paid_on: paid_on.value } : { reason: reason.value || null }),
  });
}

function levels(filing) {
  const rows = (filing.scope ?? []).flatMap(({ occupation_code, occupation_name, levels: of }) => of.map((level) => ({ occupation_code, level, title: `${occupation_name ?? occupation_code} ${level}` })));
  const fieldsOf = () => ({
    decision: choice("", [["granted", "准予"], ["refused", "不准"]], "granted", { "aria-label": "决定" }),
    reason: el("input", { "aria-label": "不准的理由", placeholder: "不准的理由" }),
  });
  return rowsInput(rows, fieldsOf, ({ occupation_code, level }, { decision, reason }) => ({ occupation_code, level, decision: decision.value, ...(reason.value && { reason: reason.value }) }));
}
