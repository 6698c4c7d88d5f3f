"""A class's roster (花名册) as a spreadsheet, numbers masked. Every export is on the trail."""

import asyncio
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.registry.people.trainees.visibility import SHOWN
from services.registry.reference.policy import packaged
from services.registry.training.classes import sight
from services.registry.training.enrolments import operations
from services.registry.training.enrolments.tables import Enrolment
from shared import audit
from shared.access import Call
from shared.sheets import Table, write_book

HEADER = ("序号", "姓名", "性别", "身份证号码", "户籍所在乡镇(街道)", "联系电话", "人员类别", "报名结果", "出勤天数", "出勤半天数")
OUTCOMES = {"enrolled": "已报名", "completed": "结业", "absent": "未参训", "withdrawn": "已退出"}


async def export(session: AsyncSession, call: Call, class_id: UUID) -> tuple[str, bytes]:
    """The class's number and the .xlsx."""
    training = await sight.find(session, call, class_id)
    more = [column for column in SHOWN if column.key in ("sex", "phone", "region_code", "categories")]
    rows = (await session.execute(operations.SHOWN.add_columns(*more).where(Enrolment.class_id == class_id).order_by(Enrolment.id))).all()
    await audit.record(session, call, "class.roster_exported", "class", class_id, {"rows": len(rows)})
    known = packaged()
    lines = [
        (
            number, row.name, "男" if row.sex == "male" else "女", row.id_number, known.regions[row.region_code].name, row.phone,
            "、".join(dict.fromkeys(known.categories[each["code"]].name for each in row.categories)), OUTCOMES[row.outcome], row.days_attended, row.half_days_attended,
        )
        for number, row in enumerate(rows, 1)
    ]  # fmt: skip
    return training.number, await asyncio.to_thread(write_book, [Table("花名册", HEADER, lines)])
