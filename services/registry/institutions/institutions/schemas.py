"""Institutions on the wire."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field

from services.registry.codes import InstitutionKind, InstitutionStatus, RatingResult
from shared import county, names, wire

EXAMPLES = county.here().examples
Name = Annotated[wire.Word, Field(examples=[f"{county.here().name}某职业培训学校"])]
Account = Annotated[wire.Text, Field(max_length=60, description="对公账号;答复中掩码", examples=["6217001234567894321"])]


class InstitutionIn(wire.In):
    name: Name
    uscc: wire.Word = Field(description="统一社会信用代码", examples=["91110000600037341L"])
    kind: InstitutionKind
    region_code: wire.Word = Field(description="所在镇、街道,见 /v1/regions", examples=[EXAMPLES.region_code])
    above_scale: bool = Field(False, description="规模以上企业")
    phone: wire.Word | None = Field(None, examples=["13885501234"])
    bank_account: Account | None = None
    external_refs: Annotated[wire.ExternalRefs, wire.null_as(list)] = []


class InstitutionChange(wire.In):
    """What changes; what is left out stays. The credit code is the institution's identity and does not change."""

    name: Name = Field(default_factory=str, examples=[f"{county.here().name}某职业培训学校"])
    kind: InstitutionKind = Field(default_factory=lambda: InstitutionKind.PRIVATE_SCHOOL)
    region_code: wire.Word = Field(default_factory=str, examples=[EXAMPLES.region_code])
    above_scale: bool = Field(default_factory=bool)
    phone: wire.Word | None = Field(None, examples=["13885501234"])
    bank_account: Account | None = None
    external_refs: wire.ExternalRefs = Field(default_factory=list)


class Designated(wire.In):
    """A term of designation (定点), both days counted in. It begins on a day gone by only with a reason, but for an institution registered today."""

    from_on: wire.CivilDate = Field(examples=["2025-01-01"])
    to_on: wire.CivilDate = Field(examples=["2025-12-31"])
    reason: wire.Reason | None = Field(None, description="从过去之日起定点的原因")


class DesignationVoided(wire.In):
    """Which term was given by mistake, by its first day, and why."""

    from_on: wire.CivilDate = Field(examples=["2025-01-01"])
    reason: wire.Reason


class Blacklisted(wire.In):
    """A blacklisting (列入黑名单). `until_on`: its last day; without it, until repaired."""

    from_on: wire.CivilDate = Field(examples=["2025-06-01"])
    reason: wire.Reason
    decision_no: wire.Word | None = Field(None, description="决定文号", examples=["人社决〔2025〕1号"])
    hearing_on: wire.CivilDate | None = Field(None, description="听取陈述申辩之日")
    until_on: wire.CivilDate | None = Field(None, examples=["2026-05-31"])


class Suspended(wire.In):
    """A suspension (暂停), both days counted in: from today where no day is said, until it is ended where no last day is."""

    from_on: wire.CivilDate | None = Field(None, examples=["2025-06-01"])
    until_on: wire.CivilDate | None = Field(None, examples=["2025-08-31"])
    reason: wire.Reason


class Exited(wire.In):
    """It takes part no longer (退出), from that day on; today where none is said."""

    on: wire.CivilDate | None = Field(None, description="退出之日,含当日;不填为今天", examples=["2025-06-30"])
    reason: wire.Reason


class Explained(wire.In):
    """A decision, with an optional reason."""

    reason: wire.Reason | None = None
    comment: wire.Reason | None = None


class DesignationOut(wire.Out):
    from_on: date
    to_on: date
    reason: str | None = None


class BlacklistingOut(wire.Out):
    """`reinstated_on`: free again from that day."""

    from_on: date
    until_on: date | None
    reason: str
    decision_no: str | None
    hearing_on: date | None
    reinstated_on: date | None
    reinstated_reason: str | None


class AbsenceOut(wire.Out):
    """A suspension or an exit. `reinstated_on`: free again from that day."""

    kind: InstitutionStatus
    from_on: date
    until_on: date | None
    reason: str
    reinstated_on: date | None


class InstitutionOut(wire.Out):
    """`status`, `designated` and `blacklisted` as of today; `bank_account` masked; `rating`: the latest, of the year `rating_year`."""

    id: UUID
    name: str
    uscc: str
    kind: InstitutionKind
    region_code: str
    region_name: names.RegionName = None
    above_scale: bool
    phone: str | None
    bank_account: str | None
    external_refs: list[wire.ExternalRef]
    rating: RatingResult | None
    rating_year: int | None
    status: InstitutionStatus
    status_reason: str | None
    designated: bool
    blacklisted: bool
    registered_at: wire.Instant
    version: int


class InstitutionPaper(InstitutionOut):
    """One institution with its history, and what the caller may do."""

    designations: list[DesignationOut]
    blacklistings: list[BlacklistingOut]
    absences: list[AbsenceOut]
    allowed_actions: list[wire.AllowedAction]
