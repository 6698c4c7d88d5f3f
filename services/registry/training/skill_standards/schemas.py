"""Skill standards on the wire."""

from pydantic import Field

from services.registry.codes import FiledStatus, Level
from services.registry.training.trade_papers.schemas import FiledPaperOut, OccupationName, PaperIn, TradeIn
from shared import wire


class SkillStandardIn(TradeIn, PaperIn):
    """What a special skill (专项职业能力) is examined by: of one trade."""

    name: wire.Word = Field(examples=["苗银锻制专项职业能力考核规范"])


class SkillStandardOut(FiledPaperOut):
    occupation_code: str | None
    occupation_name: OccupationName = None
    trade_name: str | None
    levels: list[Level] = Field(description="只限这些等级;空为全部等级")
    status: FiledStatus


class SkillStandardPaper(SkillStandardOut):
    """A single standard, with what the caller may do with it."""

    allowed_actions: list[wire.AllowedAction]
