"""Orders on the wire."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.eastwest.codes import CertificateKind, ContractForm, Level, OrderStatus, OrderWarning, Sex, WorkShift
from shared import county, names, wire

PARTNER = county.here().partner
OccupationCode = Annotated[
    wire.Word, Field(max_length=20, pattern=r"^\d-\d{2}-\d{2}-\d{2}$", description="职业代码,见 /v1/occupations", examples=["6-31-01-03"])
]
Number = Annotated[wire.Word, Field(max_length=100, description="协作方的订单号", examples=["2025-0017"])]
Posts = Annotated[int, Field(ge=1, le=100_000, description="用工人数", examples=[40])]
WageFrom = Annotated[wire.Money, Field(description="月工资下限,元", examples=["4500.00"])]
WageTo = Annotated[wire.Money, Field(description="月工资上限,元", examples=["6000.00"])]
DISTRICTS = "、".join(f"{each.code} {each.name}" for each in PARTNER.districts)


class OrderEmployer(wire.In):
    name: wire.Word = Field(examples=[f"{PARTNER.name}{PARTNER.districts[0].name}某电器有限公司"])
    uscc: wire.Word = Field(description="统一社会信用代码", examples=["91110000600037341L"])
    district_code: Annotated[str, Field(pattern=r"^\d{6}$")] = Field(
        description=f"所在县(市、区)的 6 位区划代码。{PARTNER.name}的区:{DISTRICTS};别处的订单也可登记,不计入赴{PARTNER.name}的指标",
        examples=[PARTNER.districts[0].code],
    )


class Standard(wire.In):
    """What whoever takes the post must hold, and since when that is settled (岗位标准)."""

    certificate_kind: CertificateKind
    occupation_code: OccupationCode
    level: Level | None = Field(None, description="最低等级;不分等级则不填", examples=["junior"])
    set_on: wire.CivilDate = Field(description="标准确定之日", examples=["2025-03-01"])
    text: Annotated[wire.Named, Field(max_length=4000)] | None = Field(None, examples=["持电工证,能独立完成低压配线"])


class PostGroup(wire.In):
    """Posts that are not for everybody: by sex, by age, both ends counted in. The law that lets them be is named. Without a wage they have the order's."""

    posts: Posts
    sex: Sex | None = Field(None, description="不填则男女不限", examples=["female"])
    age_from: int | None = Field(None, ge=16, le=70, description="满多少周岁,含", examples=[18])
    age_to: int | None = Field(None, ge=16, le=70, description="至多少周岁,含", examples=[45])
    legal_basis: wire.Reason | None = Field(
        None, description="限定性别或年龄时必填:依据的法律条文", examples=["《女职工劳动保护特别规定》附录"]
    )
    wage_from: WageFrom | None = None
    wage_to: WageTo | None = None


class Provision(wire.In):
    """Lodging or meals."""

    provided: bool = Field(description="用人单位是否提供")
    yuan_a_month: wire.Money | None = Field(None, description="提供的:每月扣多少元;不提供的:每月补贴多少元", examples=["200.00"])
    text: wire.Reason | None = Field(None, description="说明", examples=["四人间,有空调"])


class Conditions(wire.In):
    """What the office negotiated beside the wage. Posts that stand in no group are for everybody."""

    groups: Annotated[list[PostGroup], Field(max_length=50, description="限定性别或年龄的岗位;其余岗位不限")] = []
    lodging: Provision | None = Field(None, description="住宿")
    meals: Provision | None = Field(None, description="伙食")
    shift: WorkShift | None = Field(None, description="班次", examples=["two_shifts"])
    contract_form: ContractForm | None = Field(None, description="用工形式", examples=["employment"])


Terms = Annotated[Conditions | None, Field(description="岗位的性别和年龄、食宿、班次、用工形式")]


class OrderIn(wire.In):
    number: Number
    employer: OrderEmployer
    occupation_code: OccupationCode
    posts: Posts
    ordered_on: wire.CivilDate = Field(description="订单日期", examples=["2025-03-01"])
    standard: Standard
    wage_from: WageFrom | None = None
    wage_to: WageTo | None = None
    conditions: Terms = None
    until_on: wire.CivilDate | None = Field(None, description="有效期最后一日", examples=["2025-12-31"])
    partner: wire.Word | None = Field(None, description="归属的协作方账号或单位,仅经办可填;不填则协作方都可见", examples=[None])
    external_refs: Annotated[wire.ExternalRefs, wire.null_as(list)] = []


class OrderChange(wire.In):
    """What changes; what is left out stays."""

    number: Number | None = None
    employer: OrderEmployer | None = None
    occupation_code: OccupationCode | None = None
    posts: Posts | None = None
    ordered_on: wire.CivilDate | None = None
    standard: Standard | None = None
    wage_from: WageFrom | None = None
    wage_to: WageTo | None = None
    conditions: Terms = None
    until_on: wire.CivilDate | None = None
    external_refs: Annotated[wire.ExternalRefs, wire.null_as(list)] = []


class EmployerOut(wire.Out):
    name: str
    uscc: str | None
    district_code: str | None
    district_name: Annotated[str | None, names.Beside("district_code", "regions")] = None


class StandardOut(wire.Out):
    certificate_kind: CertificateKind
    occupation_code: str
    occupation_name: names.OccupationName = None
    level: Level | None
    set_on: wire.CivilDate
    text: str | None


class OrderOut(wire.Out):
    id: UUID
    number: str = Field(examples=["2025-0017"])
    partner: str | None = Field(description="归属的协作方;空:协作方都可见")
    employer: EmployerOut
    occupation_code: str
    occupation_name: names.OccupationName = None
    posts: int
    ordered_on: wire.CivilDate
    standard: StandardOut
    wage_from: wire.Money | None
    wage_to: wire.Money | None
    conditions: Terms
    until_on: wire.CivilDate | None
    external_refs: list[wire.ExternalRef]
    status: OrderStatus = Field(examples=["open"])
    close_reason: str | None
    entered_at: wire.Instant
    closed_at: wire.Instant | None
    version: int


class OrderWarned(wire.Out):
    code: OrderWarning
    detail: str = Field(examples=["限女性的岗位每月 4000.00 至 4500.00 元,限男性的岗位每月 4500.00 至 5000.00 元。同一工作须同工同酬。"])


class OrderPaper(OrderOut):
    """One order, with what the caller may do."""

    warnings: list[OrderWarned] = Field(description="须留意的事项,不妨碍办理")
    allowed_actions: list[wire.AllowedAction]


class Closed(wire.In):
    reason: wire.Reason | None = Field(None, description="关闭的原因", examples=["已招满"])
