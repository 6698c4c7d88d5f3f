"""Imports of past years on the wire."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.registry.codes import Channel, EnrolmentOutcome, Level
from services.registry.people.outside_payments.schemas import OutsidePaymentIn
from services.registry.people.trainees.schemas import ID_NUMBER, Name, Number
from services.registry.training.classes import schemas as classes
from shared import names, wire
from shared.batches import Batch, BatchOut

PEOPLE_AT_MOST = 5_000  # of all items of one request
Outcome = Literal[EnrolmentOutcome.COMPLETED, EnrolmentOutcome.ABSENT, EnrolmentOutcome.WITHDRAWN]


class PastPersonIn(wire.In):
    """Who was in the class, registered or not. `region_code`: the town to count in; by default where the person is registered, of who is not yet that of
    the class. `certificate_no` is kept beside the enrolment: the certificate itself is registered at /v1/certificates."""

    id_number: Number = Field(description=ID_NUMBER)
    name: Name
    outcome: Outcome = Field(description="结业、未参训或中途退出", examples=["completed"])
    region_code: wire.Word | None = Field(None, description="计入人次的镇、街道;不填则为学员登记的居住地,尚未登记的为班级所在地")
    certificate_no: wire.Word | None = Field(None, description="当时所发证书的编号,只作备查;证书另在 /v1/certificates 登记")


class PastClassIn(wire.In):
    """A class of past years, known by its number there. What was paid for its people counts as paid elsewhere."""

    number_there: wire.Word = Field(description="原台账或原平台的班级编号;同一机构同一编号为同一个班", examples=["2023-NY-017"])
    name: classes.Name
    institution_id: UUID
    channel: Channel
    programmes: Annotated[classes.Programmes, wire.null_as(list)] = []
    occupation_code: classes.OccupationCode | None = None
    trade_name: wire.Word | None = Field(None, description="职业目录之外的工种名称")
    trade_filing_no: wire.Word | None = Field(None, description="州级备案号;当时没有的不填")
    level: Level | None = None
    starts_on: wire.CivilDate
    ends_on: wire.CivilDate = Field(description="最后一日,不晚于今天;人次计在这一天")
    hours: classes.Hours
    region_code: classes.RegionCode
    zone_code: classes.ZoneCode = None
    demonstration: Annotated[bool, wire.null_as(bool)] = Field(default=False, description="示范班")
    people: list[PastPersonIn] = Field(min_length=1, max_length=1_000, description=f"学员;一次请求合计至多 {PEOPLE_AT_MOST} 人")
    payments: Annotated[list[OutsidePaymentIn], Field(max_length=1_000), wire.null_as(list)] = Field(
        default=[], description="当时已发的补贴,计入不得重复享受的范围"
    )


class HistoryImportIn(Batch[PastClassIn]):
    document: wire.Word | None = Field(None, description="依据的台账或文号", examples=["2023 年培训台账"])


class HistoryAlike(wire.Out):
    """A class that may be counted already: of the same institution, channel and trade on the same days, under another number."""

    index: int = Field(description="第几项,从 0 起")
    class_id: UUID | None = Field(description="相像的班级;同在本次导入中的为 null")
    class_name: names.ClassName = None
    class_number: names.ClassNumber = None
    detail: str = Field(
        examples=["班级编号 2024-NY-018 与已在册的 PX-2024-000093(原编号 2024-17)同一机构、渠道、工种和起止日期,可能是同一个班。"]
    )


class HistoryImportAnswer(BatchOut):
    """Each item's `id` is its class."""

    id: UUID | None = Field(description="本次导入的编号;没有新增班级或只校验的为 null")
    warnings: list[HistoryAlike] = Field([], description="可能重复导入的班级,不妨碍导入")


class HistoryImportOut(wire.Out):
    id: UUID
    document: str | None = Field(description="依据的台账或文号", examples=["2023 年培训台账"])
    classes: int = Field(description="导入的班级数")
    people: int = Field(description="导入的学员人次,含未结业的")
    completed: int = Field(description="其中计入的结业人次")
    payments: int = Field(description="所列的已发补贴笔数,含先已收到的")
    imported_at: wire.Instant = Field(description="导入的时刻")
    voided_at: wire.Instant | None = Field(description="作废的时刻;作废的不再计入")
    void_reason: str | None
    version: int


class HistoryClassOut(wire.Out):
    class_id: UUID
    class_name: names.ClassName = None
    class_number: names.ClassNumber = None
    number_there: str = Field(description="原台账或原平台的班级编号", examples=["2023-NY-017"])


class HistoryImportPaper(HistoryImportOut):
    """A single import with its classes, and with what the caller may do with it."""

    of_classes: list[HistoryClassOut] = Field(description="导入的各班")
    allowed_actions: list[wire.AllowedAction]
