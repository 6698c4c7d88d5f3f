"""The employment ledger of a class on the wire."""

from uuid import UUID

from pydantic import Field

from services.registry.codes import EmploymentKind, EmploymentState, EnrolmentOutcome, EvidenceGrade
from shared import names, wire


class LedgerEntry(wire.Out):
    """One person of the class: what work they have, the latest that is known. A placement is work for an employer too."""

    enrolment_id: UUID
    trainee_id: UUID
    trainee_name: str = Field(description="学员姓名")
    id_number_masked: str = Field(description="证件号码(掩码)")
    phone: str | None
    region_code: str
    region_name: names.RegionName = None
    village: str | None
    outcome: EnrolmentOutcome
    employment: EmploymentState | None = Field(description="就业情况;未结业的为 null")
    employment_due_on: wire.CivilDate | None
    kind: EmploymentKind | None = Field(description="就业形式;没有记录的为 null")
    employer: str | None
    from_on: wire.CivilDate | None = Field(description="就业日期")
    until_on: wire.CivilDate | None = Field(description="离职日期")
    grade: EvidenceGrade | None = Field(description="证明方式")
    offers: int = Field(description="推荐岗位的次数。", examples=[2])
