"""Classes on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.codes import Channel, ClassKind, ClassStatus, Delivery, FundSource, HalfDay, Level
from shared import county, names, wire

EXAMPLES = county.here().examples
PARTNER = county.here().partner.name

Programme = Annotated[str, Field(pattern=r"^[a-z]+(\.[a-z]+)+$", max_length=60, examples=["practical.agriculture"])]

OCCUPATION = "职业代码,见 /v1/occupations;目录之外的工种改填 trade_name 和 trade_filing_no"
Name = Annotated[wire.Word, Field(examples=["2025 年第一期稻田养鱼班"])]
Programmes = Annotated[list[Programme], Field(max_length=20, description="计入的规划指标代码", examples=[["practical.agriculture"]])]
OccupationCode = Annotated[wire.Named, Field(max_length=20, description=OCCUPATION, examples=["6-31-01-03"])]
Hours = Annotated[int, Field(ge=1, le=10_000, description="总学时", examples=[24])]
Seats = Annotated[int, Field(ge=1, le=10_000, description="人数上限", examples=[40])]
RegionCode = Annotated[wire.Word, Field(description="办班所在的乡镇、街道代码", examples=[EXAMPLES.region_code])]
ZoneCode = Annotated[wire.Word | None, Field(description="办在开发区的,另写开发区代码", examples=[None])]
SponsorSaid = Annotated[
    wire.Word | None, Field(description="冠名、定向或下订单的单位;冠名班、定向班必填", examples=[f"{PARTNER}某电子有限公司"])
]
Kind = Annotated[ClassKind | None, Field(description="普通、订单、冠名或定向;不填的,写明订单即为订单班,否则为普通班", examples=["order"])]
NeedReason = Annotated[
    wire.Reason | None,
    Field(description="确有需要的理由:短平快班为营销或非农手工的,申领时据此判定", examples=["村合作社已签收购协议,须培训电商营销"]),
]
LateReason = Annotated[wire.Reason | None, Field(description="开班前未及时提交的理由,申领时可见", examples=["农时提前,临时增开"])]
TeacherIds = Annotated[list[UUID], Field(max_length=50, description="本班教师,须已在机构下登记")]


class PostEmployer(wire.In):
    name: wire.Word = Field(examples=[f"{PARTNER}某电子有限公司"])
    uscc: wire.Word | None = Field(default=None, description="统一社会信用代码", examples=["91110000600037341L"])


class Post(wire.In):
    """Posts that an employer agreed to fill with people of the class (先定岗、再定培); an enterprise's own posts too."""

    employer: PostEmployer
    occupation_code: OccupationCode
    posts: int = Field(ge=1, le=10_000, description="岗位数", examples=[20])
    agreed_on: wire.CivilDate = Field(description="约定之日;须在班级报送之前", examples=["2025-03-01"])


Posts = Annotated[list[Post], Field(max_length=50, description="已落实的岗位")]


class ClassIn(wire.In):
    """A class that is proposed. An institution may leave out `institution_id`: it is its own."""

    name: Name
    institution_id: UUID | None = None
    channel: Channel
    programmes: Annotated[Programmes, wire.null_as(list)] = []
    occupation_code: OccupationCode | None = None
    trade_name: wire.Word | None = None
    trade_filing_no: wire.Word | None = Field(default=None, description="州级备案号")
    level: Level | None = None
    starts_on: wire.CivilDate
    ends_on: wire.CivilDate
    hours: Hours
    seats: Seats
    region_code: RegionCode
    zone_code: ZoneCode = None
    kind: Kind = None
    sponsor: SponsorSaid = None
    posts: Annotated[Posts, wire.null_as(list)] = []
    delivery: Annotated[Delivery, wire.null_as(lambda: Delivery.ON_SITE)] = Delivery.ON_SITE
    teacher_ids: Annotated[TeacherIds, wire.null_as(list)] = []
    order_id: UUID | None = Field(default=None, description=f"{PARTNER}订单")
    fund_source: FundSource | None = None
    demonstration: Annotated[bool, wire.null_as(bool)] = Field(default=False, description="示范班")
    need_reason: NeedReason = None
    late_reason: LateReason = None
    external_refs: Annotated[wire.ExternalRefs, wire.null_as(list)] = []


class ClassChange(wire.In):
    """What is to change in a draft, or in a class that was returned; what is left out stays."""

    name: Name | None = None
    channel: Channel | None = None
    programmes: Programmes | None = None
    occupation_code: OccupationCode | None = None
    trade_name: wire.Word | None = None
    trade_filing_no: wire.Word | None = None
    level: Level | None = None
    starts_on: wire.CivilDate | None = None
    ends_on: wire.CivilDate | None = None
    hours: Hours | None = None
    seats: Seats | None = None
    region_code: RegionCode | None = None
    zone_code: ZoneCode = None
    kind: Kind = None
    sponsor: SponsorSaid = None
    posts: Posts | None = None
    delivery: Delivery | None = None
    teacher_ids: TeacherIds | None = None
    order_id: UUID | None = None
    fund_source: FundSource | None = None
    demonstration: bool | None = None
    need_reason: NeedReason = None
    late_reason: LateReason = None
    external_refs: wire.ExternalRefs | None = None


ZoneName = Annotated[str | None, names.Beside("zone_code", "regions"), Field(description="开发区名称")]


class PostEmployerOut(wire.Out):
    name: str
    uscc: str | None


class PostOut(wire.Out):
    employer: PostEmployerOut
    occupation_code: str
    occupation_name: names.OccupationName = None
    posts: int
    agreed_on: wire.CivilDate


class ClassOut(wire.Out):
    id: UUID
    number: str
    name: str
    institution_id: UUID
    institution_name: names.InstitutionName = None
    channel: Channel
    programmes: list[str]
    occupation_code: str | None
    occupation_name: names.OccupationName = None
    trade_name: str | None
    trade_filing_no: str | None
    level: Level | None
    starts_on: wire.CivilDate
    ends_on: wire.CivilDate
    hours: int
    seats: int
    region_code: str
    region_name: names.RegionName = None
    zone_code: str | None
    zone_name: ZoneName = None
    kind: ClassKind
    sponsor: str | None
    posts: list[PostOut]
    delivery: Delivery
    teacher_ids: list[UUID]
    teacher_names: list[str] = Field(description="与 teacher_ids 同序")
    order_id: UUID | None
    order_number: names.OrderNumber = None
    fund_source: FundSource | None
    demonstration: bool
    need_reason: str | None
    late_reason: str | None
    external_refs: list[wire.ExternalRef]
    department: str | None = Field(description="提出的牵头部门")
    imported: bool = Field(description="往年数据:计入人次,不申领补贴")
    status: ClassStatus
    status_reason: str | None = Field(description="退回、不予批准或取消的理由")
    completed_people: int | None = Field(description="结业人数;结班前为 null")
    proposed_at: wire.Instant
    filed_at: wire.Instant | None = Field(description="首次提交的时刻")
    approved_at: wire.Instant | None
    changed_at: wire.Instant
    version: int


class ClassWarning(wire.Out):
    code: str = Field(examples=["order_not_open"])
    detail: str


class ClassPaper(ClassOut):
    """A single class, with what the caller may do with it."""

    warnings: list[ClassWarning] | None = Field(description="须留意的事项,不妨碍办理;订单服务暂不应答时为 null")

    allowed_actions: list[wire.AllowedAction]


class Cancelled(wire.In):
    reason: wire.Reason | None = None


class Rescheduled(wire.In):
    """`late_reason`: why the new first day was not told in time."""

    starts_on: wire.CivilDate
    ends_on: wire.CivilDate
    late_reason: LateReason = None


class SessionIn(wire.In):
    on: wire.CivilDate
    half_day: HalfDay
    hours: int = Field(ge=1, le=12, description="学时", examples=[4])
    topic: wire.Word | None = None
    teacher_id: UUID | None = Field(default=None, description="授课教师;不填而本班只有一名教师的,即为该教师")
    place: wire.Word | None = Field(default=None, description="上课地点", examples=["实训楼 201"])


class SessionOut(wire.Out):
    id: UUID
    on: wire.CivilDate
    half_day: HalfDay
    hours: int
    topic: str | None
    teacher_id: UUID | None
    teacher_name: str | None = Field(default=None, description="授课教师姓名")
    place: str | None
