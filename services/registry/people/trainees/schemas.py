"""Trainees on the wire. Numbers go in whole and come out masked."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.codes import EmploymentChange, IdType, RetirementTrack, Sex
from shared import county, names, person_names, wire
from shared.batches import ITEMS_AT_MOST

EXAMPLES = county.here().examples

NAME = "姓名,与证件一致"
ID_NUMBER = "证件号码全号;答复中一律掩码"
PHONE = "11 位手机号码或带区号的座机;没有电话的人填 null"
REGION = "居住地的镇、街道代码,见 /v1/regions"
VILLAGE = "所在村或社区;不知道则不填"
EMPLOYER = "现在所在单位(已登记的机构);知道起止日期的填 employments"
EMPLOYMENTS = "先后的用人单位;与一个单位的各段互不重叠"
TRACK = "女职工原退休年龄 50 或 55 岁;不知道则不填"
Name = Annotated[wire.Text, Field(max_length=100, description=NAME, examples=["杨秀英"])]
Number = Annotated[wire.Text, Field(max_length=60, examples=[EXAMPLES.id_number])]
Account = Annotated[wire.Text, Field(max_length=60, description="本人银行账号", examples=["6217001234567894321"])]


class CategoryPeriod(wire.In):
    """A category (人员类别) held from `since_on` to `until_on`, both days counted in."""

    code: wire.Word = Field(description="见 /v1/categories", examples=["rural_transfer_worker"])
    since_on: wire.CivilDate = Field(description="取得该类别之日", examples=["2024-01-01"])
    until_on: wire.CivilDate | None = Field(None, description="最后一日;仍有效则不填", examples=[None])
    proof: wire.Word | None = Field(None, description="证明材料:文号或文件编号", examples=[None])


class EmploymentPeriod(wire.In):
    """Work for one employer from `from_on` to `until_on`, both days counted in. `employer` names one that is not registered here."""

    employer_id: UUID | None = Field(None, description="用人单位(已登记的机构)", examples=[None])
    employer: wire.Word | None = Field(None, description="没有登记的用人单位的名称", examples=["某电器有限公司"])
    from_on: wire.CivilDate | None = Field(None, description="入职或转岗之日;不知道则不填", examples=["2025-03-01"])
    until_on: wire.CivilDate | None = Field(None, description="最后一日;仍在职则不填", examples=[None])
    change: EmploymentChange | None = Field(None, description="新招用或转岗;不知道则不填")


class EmploymentPeriodOut(wire.Out):
    employer_id: UUID | None
    employer_name: Annotated[str | None, names.Beside("employer_id", "institutions")] = None
    employer: str | None = Field(description="没有登记的用人单位的名称")
    from_on: date | None
    until_on: date | None
    change: EmploymentChange | None = Field(description="新招用或转岗")
    told_by_name: str | None = Field(description="由谁登记")


class TraineeIn(wire.In):
    """A person to register. `sex` and `birth_on` are read from the number; only an old 15-character permit needs them stated."""

    name: Name
    id_type: IdType = Field(IdType.CITIZEN, description="证件种类;不填则按号码判断,与号码不符的不收")
    id_number: Number = Field(description=ID_NUMBER)
    phone: wire.Word | None = Field(description=PHONE, examples=["13885501234"])
    region_code: wire.Word = Field(description=REGION, examples=[EXAMPLES.region_code])
    village: wire.Word | None = Field(None, description=VILLAGE, examples=["某某村"])
    categories: list[CategoryPeriod] = Field([], max_length=30)
    education: wire.Word | None = Field(None, examples=["初中"])
    employer_id: UUID | None = Field(None, description=EMPLOYER, examples=[None])
    employments: list[EmploymentPeriod] = Field([], max_length=30, description=EMPLOYMENTS)
    bank_account: Account | None = None
    retirement_track: RetirementTrack | None = Field(None, description=TRACK, examples=[None])
    external_refs: wire.ExternalRefs = []
    sex: Sex | None = Field(None, description="仅 15 位外国人永久居留身份证须填", examples=[None])
    birth_on: wire.CivilDate | None = Field(None, description="仅 15 位外国人永久居留身份证须填", examples=[None])


class TraineeChange(wire.In):
    """What changes; what is left out stays. `categories`, `employments` and `external_refs` replace the whole list."""

    name: Name = Field(default_factory=str, examples=["杨秀英"])
    id_number: Number = Field(default_factory=str, description="更正证件号码,仅经办", examples=[EXAMPLES.id_number])
    phone: wire.Word | None = Field(None, examples=["13885501234"])
    region_code: wire.Word = Field(default_factory=str, description=REGION, examples=[EXAMPLES.region_code])
    village: wire.Word | None = Field(None, description=VILLAGE, examples=["某某村"])
    categories: list[CategoryPeriod] = Field(default_factory=list, max_length=30)
    education: wire.Word | None = Field(None, examples=["初中"])
    employer_id: UUID | None = Field(None, description=EMPLOYER, examples=[None])
    employments: list[EmploymentPeriod] = Field(default_factory=list, max_length=30, description=EMPLOYMENTS)
    bank_account: Account | None = None
    retirement_track: RetirementTrack | None = Field(None, description=TRACK, examples=[None])
    external_refs: wire.ExternalRefs = Field(default_factory=list)


class TraineeOut(wire.Out):
    """A trainee; `id_number`, `phone` and `bank_account` masked."""

    id: UUID
    name: str
    earlier_names: list[str] = Field(description="曾用名,新的在前")
    id_type: IdType
    id_number: str
    sex: Sex
    birth_on: date
    phone: str | None
    region_code: str
    region_name: names.RegionName = None
    village: str | None
    categories: list[CategoryPeriod]
    education: str | None
    employer_id: UUID | None
    employer_name: Annotated[str | None, names.Beside("employer_id", "institutions")] = None
    employments: list[EmploymentPeriodOut] = Field(description=EMPLOYMENTS)
    bank_account: str | None
    retirement_track: RetirementTrack | None
    external_refs: list[wire.ExternalRef]
    registered_at: wire.Instant
    version: int


class TraineePaper(TraineeOut):
    """One trainee, with what the caller may do."""

    allowed_actions: list[wire.AllowedAction]


class LookupIn(wire.In):
    id_numbers: list[Annotated[wire.Text, Field(max_length=60)]] = Field(
        max_length=ITEMS_AT_MOST, description=f"证件号码全号,至多 {ITEMS_AT_MOST} 个", examples=[[EXAMPLES.id_number]]
    )

    names: list[Annotated[wire.Text, Field(max_length=person_names.LONGEST)]] | None = Field(
        None,
        max_length=ITEMS_AT_MOST,
        description="与 id_numbers 逐一对应的姓名;机构必填。号码与姓名(或曾用名)一致的才给编号",
        examples=[["杨秀英"]],
    )


class LookedUp(wire.Out):
    index: int
    id: UUID | None


class LookupOut(wire.Out):
    """In the order of the question; `id` null: not registered, or under another name."""

    items: list[LookedUp]


class Revealed(wire.Out):
    """Personal data in full. The reading is on the audit trail."""

    id: UUID
    name: str
    id_number: str
    phone: str | None
    bank_account: str | None
