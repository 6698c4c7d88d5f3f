"""What funds can refuse with."""

from shared import errors


class FundNotFound(errors.Problem):
    code, status, title, title_en = "fund_not_found", 404, "没有这笔资金", "No such fund"
    cause, remedy = "资金编号不存在。", "请在 /v1/funds 查询后重新填写资金编号。"


class FundExhausted(errors.Problem):
    code, status, title, title_en = "fund_exhausted", 409, "资金余额不足", "The fund has not enough money"
    cause, remedy = "该笔资金的可用余额小于所需金额。", "请追加资金(/v1/funds/{id}:add),或退回后改用其他资金。"
