"""Placements, the facts about them and what they prove, on the wire. Numbers go in whole and come out masked."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.eastwest.codes import ChainLink as Link
from services.eastwest.codes import EvidenceGrade as Grade
from services.eastwest.codes import LinkState as State
from services.eastwest.codes import PlacementStatus as Status
from services.eastwest.codes import PlacementWarning
from services.eastwest.codes import RetentionVerdict as Verdict
from services.eastwest.codes import UpdateKind as Kind
from services.eastwest.orders.schemas import EmployerOut
from services.eastwest.placements.policy.gates import Code as GateCode
from shared import batches, county, names, privacy, wire
from shared.batches import ITEMS_AT_MOST

PARTNER, EXAMPLES = county.here().partner, county.here().examples

IdNumber = Annotated[
    wire.Text, Field(min_length=1, max_length=60, description="证件号码全号;答复中一律掩码", examples=[EXAMPLES.id_number])
]
OrderNumber = Annotated[wire.Word, Field(max_length=100, description="协作方的订单号", examples=["2025-0017"])]
ExternalNumber = Annotated[wire.Word, Field(max_length=100, description="报告方自己的编号,在本单位内唯一", examples=["GD-2025-08-0031"])]
District = Annotated[
    str,
    Field(
        pattern=r"^\d{6}$",
        description=f"所在区,6 位区划代码;{PARTNER.name}以外的单位即视为离开{PARTNER.name}",
        examples=[PARTNER.districts[0].code],
    ),
]


class EmployerIn(wire.In):
    name: wire.Word = Field(examples=[f"{PARTNER.name}{PARTNER.districts[0].name}某电器有限公司"])
    uscc: wire.Word | None = Field(None, description="统一社会信用代码", examples=["91110000600037341L"])
    district_code: District | None = None


class PlacementIn(wire.In):
    """A person to place on an order: by `trainee_id`, or by the full `id_number`."""

    order_id: UUID
    trainee_id: UUID | None = None
    id_number: IdNumber | None = None
    class_id: UUID | None = Field(None, description="为此订单参加的培训班")
    certificate_id: UUID | None = Field(None, description="上岗所凭的证书;不填则取本人任一符合岗位标准的证书")
    employer: EmployerIn | None = Field(None, description="实际用人单位;不填则为订单的用人单位")
    external_refs: Annotated[wire.ExternalRefs, wire.null_as(list)] = []


class PlacementChange(wire.In):
    """What changes; what is left out stays."""

    class_id: UUID | None = None
    certificate_id: UUID | None = None
    employer: EmployerIn | None = None
    external_refs: Annotated[wire.ExternalRefs, wire.null_as(list)] = []


class PlacementOut(wire.Out):
    """`retention` as of `as_of`, or today. `name` and `id_number` say the same as `trainee_name` and `id_number_masked`."""

    id: UUID
    order_id: UUID
    order_number: str
    trainee_id: UUID
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    name: names.TraineeName = None
    id_number: Annotated[names.IdNumberMasked, Field(examples=[privacy.mask_number(EXAMPLES.id_number)])] = None
    class_id: UUID | None
    class_name: names.ClassName = None
    class_number: names.ClassNumber = None
    certificate_id: UUID | None
    certificate_number: names.CertificateNumber = None
    partner: str | None
    employer: EmployerOut
    status: Status = Field(examples=["working"])
    started_on: wire.CivilDate | None
    left_on: wire.CivilDate | None
    retention: Verdict = Field(examples=["on_track"])
    external_refs: list[wire.ExternalRef]
    entered_at: wire.Instant
    version: int


class Warned(wire.Out):
    code: PlacementWarning
    detail: str = Field(examples=["该订单 40 个岗位,已安排 41 人。请核对岗位数。"])


class PlacementPaper(PlacementOut):
    """One placement, with what the caller may do."""

    warnings: list[Warned] = Field(description="须留意的事项,不妨碍办理")
    allowed_actions: list[wire.AllowedAction]


class PlacementLookupIn(wire.In):
    id_numbers: list[IdNumber] = Field(max_length=ITEMS_AT_MOST, examples=[[EXAMPLES.id_number]])


class PlacementFound(wire.Out):
    index: int
    trainee_id: UUID | None
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    placement_ids: list[UUID]


class PlacementLookupOut(wire.Out):
    """In the order of the question, among the caller's own people; `trainee_id` null: none of them."""

    items: list[PlacementFound]


Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$", examples=["2025-08"])]


class EvidenceIn(wire.In):
    """Proof of work on the days it covers, none of which is still to come. Insurance (A) names the months it was paid for, and paid after a calendar month
    it proves nothing of that month; bank wages (B) say when they were paid."""

    grade: Grade
    covers_from_on: wire.CivilDate = Field(examples=["2025-08-01"])
    covers_to_on: wire.CivilDate = Field(examples=["2025-08-31"])
    paid_on: wire.CivilDate | None = Field(None, description="A:社保实际缴纳之日;B 必填:工资实际发放之日", examples=["2025-08-15"])
    insured_months: list[Month] | None = Field(None, max_length=60, description="A 必填:社保实际参保的月份,只证明这些月份")
    ref: wire.Word | None = Field(None, description="凭证编号或文件编号", examples=["SB-202508-00731"])


class UpdateIn(wire.In):
    """A fact. The same reference with the same content is `unchanged`; with other content a conflict."""

    external_ref: ExternalNumber
    kind: Kind
    effective_on: wire.CivilDate = Field(description="情况发生之日;left 为离岗之日", examples=["2025-07-23"])
    employer: EmployerIn | None = Field(None, description="用人单位,employer_changed 必填")
    evidence: list[EvidenceIn] | None = Field(None, max_length=50, description="更正时不填则保留原有证明,填空数组则撤去")
    corrects: ExternalNumber | None = Field(None, description="corrected、cancelled 必填:被更正或撤销那条的 external_ref")


class UpdateItem(UpdateIn):
    """A fact and whose it is: `placement_id`, or `id_number` and the order's `number`."""

    placement_id: UUID | None = None
    id_number: IdNumber | None = None
    number: OrderNumber | None = None


class Receipt(wire.Out):
    """Signed (Ed25519) over the canonical JSON of its other members; the key is at `/v1/placement-receipts/key`. `hash` is over the fact's content."""

    office: str
    sequence: int = Field(description="本单位第几条,连续无缺号")
    placement_id: UUID
    external_ref: str
    hash: str
    verdict: Literal["accepted"]
    received_at: wire.Instant
    key_id: str
    signature: str


class _Told(wire.Out):
    id: UUID
    external_ref: str
    kind: Kind
    effective_on: wire.CivilDate
    employer: EmployerOut | None
    evidence: list[EvidenceIn] | None
    corrects: str | None


WaitsFor = Annotated[str | None, Field(description="corrects 所指的情况还没有收到:收到之前,这一条没有作用")]


class UpdateOut(_Told):
    outcome: Literal["created", "unchanged"]
    placement_id: UUID
    waits_for: WaitsFor
    receipt: Receipt


class FactOut(_Told):
    """A fact as it was reported. `office`: by whom."""

    office: str
    sequence: int
    received_at: wire.Instant


class UpdateItemOut(batches.ItemOut):
    waits_for: WaitsFor = None
    receipt: Receipt | None = Field(None, description="收下的情况才有")


class UpdateBatchOut(wire.Out):
    summary: batches.BatchSummary
    items: list[UpdateItemOut] = Field(description="依提交的次序")


class IntervalOut(wire.Out):
    grade: Grade
    from_on: date
    to_on: date
    external_ref: str
    ref: str | None


class MonthOut(wire.Out):
    from_on: date
    to_on: date
    proved: bool
    weakest_grade: Grade | None


class Provider(wire.Out):
    grade: Grade
    name: str = Field(examples=["银行代发工资"])
    provider: str = Field(description="谁可以提供", examples=["代发工资的银行或用人单位"])


class MissingOut(wire.Out):
    from_on: date
    to_on: date
    providers: list[Provider]


class RetentionBasis(wire.Out):
    applies_to: list[str]
    document: str
    clause: str
    basis_status: Literal["confirmed", "unconfirmed"]


class RetentionOut(wire.Out):
    """What is proved as of a day. `intervals` are the days proved within the three months; `missing` the bare days of months that are over."""

    placement_id: UUID
    as_of: date
    known_on: date | None
    verdict: Verdict
    started_on: date | None
    due_on: date | None
    met_on: date | None
    left_on: date | None
    months: list[MonthOut]
    intervals: list[IntervalOut]
    weakest_grade: Grade | None
    missing: list[MissingOut]
    one_employer: bool
    basis: list[RetentionBasis]


class MendOut(wire.Out):
    """Who can mend a broken link, and in which field, where something was entered wrongly."""

    office: str = Field(description="由谁改", examples=["登记订单的协作方或经办"])
    field: str = Field(description="改哪一项", examples=["order.ordered_on"])
    how: str = Field(description="在什么情况下、怎样改", examples=["订单日期登记有误的,改正(有人上岗之后不能再改)"])


class StepOut(wire.Out):
    link: Link
    on: date | None
    state: State
    code: GateCode | None
    detail: str | None
    mends: list[MendOut] = Field(description="断开的环节由谁、改哪一项")


class ChainOut(wire.Out):
    """Order → class → standard → exam → certificate → start, by way of which class that the person attended, at which school. `first_broken`: the link
    where it breaks, or null."""

    placement_id: UUID
    class_id: UUID | None
    class_name: names.ClassName = None
    class_number: names.ClassNumber = None
    institution_id: UUID | None
    institution_name: names.InstitutionName = None
    certificate_id: UUID | None
    certificate_number: names.CertificateNumber = None
    links: list[StepOut]
    first_broken: Link | None


class ReconcileIn(wire.In):
    refs: list[ExternalNumber] = Field(max_length=10_000, description="您方已报的全部 external_ref(不晚于 through)")
    through: int = Field(ge=0, le=2**62, description="核对到您方第几条(回执的 sequence)", examples=[120])


class UnknownThere(wire.Out):
    external_ref: str
    sequence: int


class ReconcileOut(wire.Out):
    """`missing_here`: you name it, we do not have it. `missing_there`: we have it, you do not name it. `later`: we have it, after `through`."""

    through: int
    last_sequence: int
    missing_here: list[str]
    missing_there: list[UnknownThere]
    later: list[UnknownThere]


class RetentionCounts(wire.Out):
    met: int = 0
    on_track: int = 0
    unproven: int = 0
    broken: int = 0


class PlacementCounts(wire.Out):
    """`retention` counts placements that had started; `people_retained` counts each person once."""

    placements: int
    arranged: int
    working: int
    left: int
    started: int
    retention: RetentionCounts
    people_retained: int


class PlacementGroup(PlacementCounts):
    """What one order, class, district, month or employer has; `code` null: what belongs to none. A month is that of the first day at work."""

    code: str | None = Field(description="订单或班级的编号(UUID)、区划代码、月份(YYYY-MM)或单位名称", examples=["2025-06"])
    name: str | None = Field(description="订单号、区名或单位名称", examples=["2025-0017"])
    class_id: UUID | None = Field(None, description="按班级分列时的班级")
    class_name: names.ClassName = None
    class_number: names.ClassNumber = None


class PlacementStatistics(PlacementCounts):
    """As of a day, of what the caller sees. `last_start_on`: the last first day at work from which three months are over by `until_on`."""

    as_of: date
    until_on: date | None
    last_start_on: date | None = Field(description="最迟哪一天上岗,还能在 until_on 之前(含当日)满三个月")
    already_impossible: bool | None = Field(description="截至 as_of 已来不及:再上岗的都不能在 until_on 之前满三个月")
    groups: list[PlacementGroup]
