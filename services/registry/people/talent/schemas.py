"""Talent over the wire: who is certified, at which level, in what and where (技能人才)."""

from uuid import UUID

from pydantic import Field

from services.registry.codes import Level
from shared import names, wire


class ByLevel(wire.Out):
    level: Level | None = Field(description="所持有效证书的最高等级;证书不分等级的为 null")
    people: int = Field(description="持有有效证书的人数")


class ByOccupation(wire.Out):
    occupation_code: str | None
    occupation_name: names.OccupationName = None
    people: int = Field(description="持有有效证书的人数")


class ByTown(wire.Out):
    region_code: str
    region_name: names.RegionName = None
    people: int = Field(description="持有有效证书的人数")


class OfEnterprise(wire.Out):
    """An enterprise above scale, and those who are registered as its workers today."""

    institution_id: UUID
    institution_name: names.InstitutionName = None
    workers: int = Field(description="登记在该企业名下的人数")
    certified: int = Field(description="其中持有有效证书的人数")
    rate: float | None = Field(description="持证率;没有登记职工的为 null", examples=[0.62])


class Talent(wire.Out):
    """Of each person the highest level counts once; in occupations one may stand several times."""

    on: wire.CivilDate
    people: int = Field(description="持有有效证书的人数")
    senior_and_above: int = Field(description="其中高级工及以上的人数")
    senior_and_above_rate: float | None = Field(description="高级工及以上占持证人数的比例;无人持证的为 null", examples=[0.28])
    by_level: list[ByLevel] = Field(description="按最高等级,由低到高")
    by_occupation: list[ByOccupation] = Field(description="按职业(工种),人数多的在前")
    by_town: list[ByTown] = Field(description="按登记所在的乡镇(街道)")
    enterprises: list[OfEnterprise] = Field(description="规模以上企业的全员持证情况")
    enterprises_all_certified: int = Field(description="登记的职工全部持证的企业数")
