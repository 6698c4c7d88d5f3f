"""Complaints on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.codes import ComplaintStatus, ComplaintSubject
from shared import county, names, wire

NUMBER = f"{county.here().series('TS')}-2025-000012"
Number = Annotated[str, Field(examples=[NUMBER])]
Code = Annotated[wire.Named, Field(min_length=1, max_length=40, description="提交时给出的查询码,只给一次", examples=["k3Jd0wXq9a-T"])]


class SubjectIn(wire.In):
    """What is complained of, by its id or its number; a certificate by the number on the paper, whether or not it is in any register."""

    kind: ComplaintSubject
    id: UUID | None = None
    number: Annotated[wire.Text | None, Field(min_length=1, max_length=200, examples=[f"{county.here().series('PX')}-2025-000123"])] = None
    issuer: wire.Word | None = Field(None, description="证书上印的发证机构;只用于证书", examples=[None])


class ComplaintIn(wire.In):
    subject: SubjectIn
    text: wire.Reason = Field(description="投诉内容;其中的证件号码自动隐去", examples=["培训只办了一天,签到表是补的。"])
    name: wire.PersonName | None = Field(None, description="投诉人;可匿名", examples=["杨某"])
    contact: Annotated[wire.Word | None, Field(description="联系方式,加密保存", examples=["13800001234"])] = None


class ComplaintReceived(wire.Out):
    """What the complainant is told. With number and code they see what becomes of it."""

    id: UUID
    number: Number
    code: str = Field(description="查询码,只在此给出,请保存", examples=["k3Jd0wXq9a-T"])
    status: ComplaintStatus
    received_at: wire.Instant
    due_on: wire.CivilDate | None = Field(description="答复期限")


class ComplaintAsked(wire.In):
    number: wire.Word = Field(examples=[NUMBER])
    code: Code


class ComplaintState(wire.Out):
    number: Number
    status: ComplaintStatus
    received_at: wire.Instant
    due_on: wire.CivilDate | None = Field(description="答复期限")
    answered_at: wire.Instant | None
    answer: str | None = Field(description="答复")


class ComplaintAnswered(wire.In):
    answer: wire.Reason = Field(description="答复,投诉人可见", examples=["已核对签到原件,情况不属实。"])


class ComplaintOut(wire.Out):
    id: UUID
    number: Number
    subject_kind: ComplaintSubject
    subject: str = Field(description="所投诉事项的编号,如投诉时所填;其中的证件号码隐去")
    issuer: str | None = Field(description="证书上印的发证机构,如投诉时所填")
    certificate_id: UUID | None = Field(description="收到投诉时以此编号登记的证书;没有登记的为 null。不告诉投诉人")
    certificate_number: names.CertificateNumber = None
    class_id: UUID | None = Field(description="所关的班级:所投诉的班级,证书出自的班级,公示的申领单所属的班级")
    class_name: names.ClassName = None
    class_number: names.ClassNumber = None
    text: str
    name: str | None = Field(description="投诉人(隐去)")
    contact: str | None = Field(description="联系方式(隐去)")
    status: ComplaintStatus
    received_at: wire.Instant
    accepted_at: wire.Instant | None
    answered_at: wire.Instant | None
    answer: str | None
    held_at: wire.Instant | None = Field(description="自何时起据以暂缓该班的申领")
    held_reason: str | None
    released_at: wire.Instant | None
    version: int


class ComplaintPaper(ComplaintOut):
    """A single complaint, with what the caller may do about it."""

    due_on: wire.CivilDate | None = Field(description="答复期限")
    allowed_actions: list[wire.AllowedAction]


class ComplainantOut(wire.Out):
    """The complainant in full; every answer of this is recorded."""

    id: UUID
    name: str | None = Field(examples=["杨某"])
    contact: str | None = Field(examples=["13800001234"])
