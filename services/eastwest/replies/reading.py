"""The reply sheet (催证回执单): the office's own monthly sheet back, with those alone whose months lack their proof and the days that lack it. It goes
in again as it is; a placement's number finds the person, so no whole ID number leaves."""

import asyncio
from datetime import date
from typing import Any, Final

from services.eastwest import clients
from services.eastwest.codes import RetentionVerdict as Verdict
from services.eastwest.placements import conditions, facts, reading
from services.eastwest.placements.policy.retention import Retention
from services.eastwest.placements.tables import Placement
from shared.access import Call
from shared.sheets import Table, write_book
from shared.web import Kernel

SHEET: Final = "在岗情况表"
HEADER: Final = (
    *("序号", "姓名", "公民身份号码", "订单编号", "用人单位", "所在区", "入职日期", "在岗情况", "离职日期", "参保情况"),
    *("缺证起日", "缺证止日", "安置编号"),
)
CHOICES: Final = {"在岗情况": ("在岗", "已离职"), "参保情况": ("已参保", "未参保")}
HOW: Final = (
    "只列还缺在岗证明的人;请填在岗情况、参保情况,已离职的另填离职日期。",
    "缺证起日、缺证止日是还没有证明的日子;能证明其中一部分的,改为实际日期。",
    "安置编号不要改动:证件号码只显示一部分,按安置编号找到此人。",
    "填好后按每月在岗情况表上传。社保、代发工资等更强的证明请用接口报告。",
)


async def sheet(call: Call, kernel: Kernel, as_of: date) -> bytes:
    """Of the caller's people at work on that day whose months that are over lack proof."""
    lacking: list[tuple[Any, Retention]] = []
    async with kernel.reading() as session:
        kept = conditions.proved(as_of)
        wanted = reading.listed(call).where(Placement.started_on <= as_of, kept.to_judge | (kept.verdict == Verdict.UNPROVEN))
        async for rows, proved in reading.judged(session, wanted, as_of):
            unproven = [row for row in rows if proved[row.id].verdict == Verdict.UNPROVEN]
            found = await facts.retentions(session, [row.id for row in unproven], as_of)
            lacking += [(row, found[row.id]) for row in unproven]
    people = (await clients.names(kernel, call, trainee_ids={row.trainee_id for row, _ in lacking})).trainees
    lines = []
    for number, (row, found) in enumerate(reversed(lacking), 1):
        person, employer = people.get(row.trainee_id), reading.employer(row)
        who = (person.name, person.id_number_masked) if person else ("", "")
        lines.append(
            [
                str(number),
                *who,
                row.order_number,
                employer["name"],
                reading.district_name(employer["district_code"]) or "",
                found.started_on,
                "",
                "",
                "",
                found.missing[0].from_on,
                found.missing[-1].to_on,
                str(row.id),
            ]
        )
    explained = Table("填表说明", ["序", "说明"], [[str(number), line] for number, line in enumerate(HOW, 1)])
    return await asyncio.to_thread(write_book, [Table(SHEET, HEADER, lines, CHOICES), explained])
