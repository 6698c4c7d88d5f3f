"""`make demo`: the main job from the class roster to the payment, and from a filing to people who stayed in Foshan, in a database of its own,
printed as its people would see it."""

import signal
import sys
from collections.abc import Iterable
from time import sleep
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from deploy.demo.foshan import BY_FACTS, DUE_ON, LEAVER, SILENT, Foshan
from deploy.demo.main_job import Job, Refused
from deploy.demo.second_half import SecondHalf
from deploy.demo.words import MET, VALID, Words, figure
from deploy.processes import CannotStart
from deploy.stack import Stack

SENTENCES = {"现状", "要求", "办法", "计算", "说明"}  # columns that may break a line
FOLLOWED_WITHIN_SECONDS = 5  # counts follow a change within so long
AFTERWARDS = (
    "four.technician.certified",
    "four.technician.employed",
    "enterprise.filings",
    "brand.rongwan",
    "brand.rongwan.placed",
    "brand.foshan.retained",
)


def main() -> int:
    console = Console(highlight=False, soft_wrap=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        with Stack(say=console.print) as stack, Job(stack.gateway_url) as job:
            words = Words(job, on="2025-01-06")
            play(job, console, words)
            play_the_certificates(job, console, words)
            play_the_placements(job, console, words)
    except CannotStart as reason:
        console.print(f"\n{reason}", style="red", markup=False)
        return 1
    except Refused as refused:
        console.print(f"\n没有办成:{refused}", style="red", markup=False)
        return 1
    return 0


def play(job: Job, console: Console, words: Words) -> None:
    def step(number: int, text: str) -> None:
        _step(console, number, text)

    step(1, "经办人员登记培训学校并定点;学校录入教师")
    school = job.register_the_school()
    console.print(f"   {school['name']}  {school['uscc']}  定点 2025-01-01 至 2026-12-31")
    console.print(
        _table(
            ("规则", "是否符合", "现状", "要求"),
            (
                (words.of("standing_rule", rule["code"]), MET[rule["met"]], rule["seen"], rule["needed"])
                for rule in job.add_teachers()["rules"]
            ),
        )
    )

    step(2, "学校申报两个班,经办人员批准")
    classes = job.propose_and_approve_the_classes()
    console.print(
        _table(
            ("班号", "名称", "起止", "状态"),
            (
                (one["number"], one["name"], f"{one['starts_on']} 至 {one['ends_on']}", words.of("class_status", one["status"]))
                for one in classes
            ),
        )
    )

    step(3, "学校导入两份花名册(表头用词不同):好的行入库,有误的行退回并写明办法")
    electricians, farmers = job.import_the_rosters()
    for name, imported in (("电工班", electricians), ("种植班", farmers)):
        console.print(f"   {name}:新登记 {imported['summary']['created']} 人,退回 {imported['summary']['rejected']} 行")
    console.print(_faults(electricians["errors"], words))
    again = job.import_sheet("roster", "roster-electrician.xlsx", job.electrician_id, on="2025-04-02")
    console.print(f"   同一份表再发一次:新登记 {again['summary']['created']} 人,未变 {again['summary']['unchanged']} 人")

    step(4, "种植班开班,导入签到表,结业")
    signed, completed = job.run_the_short_class()
    console.print(
        f"   签到 {signed['summary']['rows']} 行,有误 {signed['summary']['rejected']} 行;班级状态 {words.of('class_status', completed['status'])}"
    )

    step(5, "试算与申领:60 元 × 实到天数,至多 3 天")
    quoted = job.quote()
    claim = job.submit()
    status = words.of("claim_status", claim["status"])
    console.print(f"   试算 {quoted['amount']} 元;申领单 {claim['number']} {status},金额 {claim['amount']} 元")
    console.print(_table(("学员", "证件号码", "结论", "金额(元)", "计算", "说明"), _lines(claim["lines"], words)))
    job.review()
    notice = job.confirm()
    console.print(f"   初审、复审通过;公示 {notice['number']}:{notice['from_on']} 至 {notice['until_on']}(5 个工作日)")
    paid = job.approve_and_pay(after="2025-04-28")
    fund, ledger = job.ledger(on="2025-04-28")
    console.print(f"   批准、拨付:申领单{words.of('claim_status', paid['status'])},{paid['amount']} 元")
    moved = ((*(words.of("fund_account", entry[way]) for way in ("from_account", "to_account")), entry["amount"]) for entry in ledger)
    console.print(_table(("从", "到", "金额(元)"), moved))
    console.print(f"   资金:总额 {fund['total']} = 可用 {fund['available']} + 预留 {fund['reserved']} + 已付 {fund['paid']}")
    repeated = job.claim_again()
    refused = sum(line["verdict"] == "refused" for line in repeated["lines"])
    console.print(f"   同一批人再次申领:{refused}/{len(repeated['lines'])} 行不予补贴,金额 {repeated['amount']} 元")

    other = job.what_if(66)
    console.print(f"   试算条款:每人每天若为 66 元,{other['people_changed']} 人共 {other['amount_after']} 元,增加 {other['difference']} 元")

    step(6, "电工班结业;目标任务进度")
    job.run_the_electrician_class()
    board = job.board(as_of="2025-07-31")
    rows = ((line["title"], *_progress(line, words)) for line in board["lines"])
    console.print(_table(("任务", "完成", "目标", "进度"), rows))


def play_the_certificates(job: Job, console: Console, words: Words) -> None:
    half = SecondHalf(job)

    _step(console, 7, "企业申报自主评价备案,经办初审、复审备案;职工培训后考核,逢考必督")
    enterprise = half.register_the_enterprise()
    half.file_for_self_assessment()
    filing = half.accept_the_filing()
    granted = "、".join(f"{words.of('level', each['level'])}{words.of('scope_decision', each['decision'])}" for each in filing["granted"])
    console.print(f"   {enterprise['name']}  备案 {filing['number']}  {filing['valid_from_on']} 至 {filing['valid_until_on']}  {granted}")
    half.train_the_workers()
    half.assess_the_workers()
    refused = [("超出备案等级", half.assess_out_of_scope()), ("没有督导", half.lock_unsupervised())]
    refused += zip(("考评员督导", "任课教师督导"), half.supervise_with_an_interest(), strict=True)
    console.print(_table(("办理", "结果", "说明"), ((tried, problem["title"], problem["detail"]) for tried, problem in refused)))
    half.supervise("DD-001")
    certificates = half.lock_and_issue()

    _step(console, 8, "督导后发证;任何人凭编号和姓名核验;撤销")
    certificate = certificates[0]
    name = half.name_of(certificate["trainee_id"])
    half.revoke(certificate["id"])
    days = ("2025-04-29", "2025-04-30", "2025-06-15", "2025-06-16")
    console.print(f"   发证 {len(certificates)} 本,首本 {certificate['number']}({name}),2025-06-16 撤销")
    reasons = ((day, half.verify(certificate["number"], name, day)["reason"]) for day in days)
    console.print(_table(("核验日", "结果"), ((day, words.of("verification", reason) if reason else VALID) for day, reason in reasons)))


def play_the_placements(job: Job, console: Console, words: Words) -> None:
    foshan = Foshan(job)
    _step(console, 9, "佛山订单 → 订单班 → 岗位标准 → 考核 → 证书 → 上岗")
    order, held = foshan.place_the_order(), foshan.train_to_the_order()
    certified = foshan.certify_the_class()
    placed = foshan.place_the_people()
    console.print(
        f"   订单 {order['number']};{held['name']}{words.of('class_status', held['status'])},发证 {certified['certificates_issued']} 本,安排 {len(placed)} 人"
    )
    refused = [("发证前一天上岗", foshan.start_before_the_certificate()), ("无证上岗", foshan.start_without_a_certificate())]
    console.print(_table(("报告", "结果", "说明"), ((tried, problem["title"], problem["detail"]) for tried, problem in refused)))
    foshan.start_with_an_outside_certificate()
    foshan.start_the_people()

    _step(console, 10, "佛山方陆续报告在岗情况:迟报、重报、乱序,结论一样")
    receipt = foshan.report_month(2, on="2025-11-30")["receipt"]
    foshan.report_a_leaver()

    def retained(n: int, day: str) -> str:
        return words.of("retention_verdict", foshan.retention(n, day)["verdict"])

    before = retained(BY_FACTS, DUE_ON)
    for month in (1, 0, 0):
        foshan.report_month(month, on="2025-12-01")
    foshan.report_the_others()
    console.print(
        f"   只报了第三个月时,截至 {DUE_ON}:{before};回执第 {receipt['sequence']} 号验签{'通过' if foshan.receipt_holds(receipt) else '不通过'}"
    )
    asked = ("2025-09-29", "2025-10-15", DUE_ON)
    people = (("逐月有证明", BY_FACTS), ("10 月 10 日离岗", LEAVER), ("从未有证明", SILENT))
    rows = ([who, *(retained(n, day) for day in asked)] for who, n in people)
    console.print(_table(("人员", *(f"截至 {day}" for day in asked)), rows))
    heard = [words.of("insurance_verdict", each["verdict"]) for each in foshan.hear_the_insurance_office()]
    console.print(f"   社会保险经办机构说 2025-10 两人的参保单位,与用人单位所报的比对:{'、'.join(heard)}")
    foshan.place_the_electricians()
    first, again = foshan.import_the_monthly_sheet(), foshan.import_the_monthly_sheet()
    console.print(
        f"   月报表:{first['summary']['created']} 人入库,{first['summary']['rejected']} 人不在订单上;再发一次:未变 {again['summary']['unchanged']} 人"
    )
    console.print(_faults(first["errors"], words))

    _step(console, 11, "目标任务进度,截至 2025-12-31")
    sleep(FOLLOWED_WITHIN_SECONDS)
    lines = {line["code"]: line for line in job.board(as_of="2025-12-31")["lines"]}
    figures = (
        (line["title"], line["numerator"], figure(line["denominator"], "count"), *_progress(line, words))
        for line in map(lines.__getitem__, AFTERWARDS)
    )
    console.print(_table(("任务", "分子", "分母", "完成", "目标", "进度"), figures))


def _step(console: Console, number: int, text: str) -> None:
    console.print(f"\n[bold cyan]{number}. {text}[/]")


def _table(heads: Iterable[str], rows: Iterable[Iterable[Any]]) -> Table:
    table = Table(*(Column(head, overflow="fold", no_wrap=head not in SENTENCES) for head in heads))
    for row in rows:
        table.add_row(*(str(cell) for cell in row))
    return table


def _faults(errors: Iterable[dict[str, Any]], words: Words) -> Table:
    rows = ((each["row"], each.get("column") or "", words.problem(each["code"]), each.get("seen") or "", each["fix"]) for each in errors)
    return _table(("行", "列", "问题", "所见", "办法"), rows)


def _lines(lines: list[dict[str, Any]], words: Words) -> Iterable[Iterable[Any]]:
    """The refused ones and the first few others: a clerk scrolls, a demonstration need not."""
    refused = [line for line in lines if line["verdict"] != "eligible"]
    for line in [*refused, *[line for line in lines if line["verdict"] == "eligible"][:4]]:
        said = ";".join(finding["detail"] for finding in line["findings"] if finding["effect"] != "note")
        who = line["trainee_name"], line["id_number_masked"]
        yield *who, words.of("line_verdict", line["verdict"]), line["amount"], line["calculation"], said
    if (more := len(lines) - len(refused) - 4) > 0:
        yield f"… 另 {more} 人", "", words.of("line_verdict", "eligible"), "", "", ""


def _progress(line: dict[str, Any], words: Words) -> tuple[str, str, str]:
    return figure(line["actual"], line["unit"]), figure(line["target"], line["unit"]), words.of("plan_status", line["status"])


if __name__ == "__main__":
    sys.exit(main())
