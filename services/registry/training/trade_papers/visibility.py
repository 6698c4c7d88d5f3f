"""Which papers about trades a caller sees."""

from sqlalchemy import ColumnElement, or_

from services.registry.codes import TradePaperNoun, TrainingBaseStatus
from services.registry.training.trade_papers.tables import TradePaper
from shared import access

SEES = access.STAFF | {"department", "institution", "town", "system"}


def rows(actor: access.Actor) -> ColumnElement[bool]:
    """Catalogues and standards are everyone's; a base that is still applied for is its institution's and its town's."""
    public = or_(
        TradePaper.noun != TradePaperNoun.TRAINING_BASE, TradePaper.status.in_([TrainingBaseStatus.BUILT, TrainingBaseStatus.CLOSED])
    )
    match actor.role:
        case "institution":
            return public | (TradePaper.institution_id == actor.institution_id)
        case "town":
            return public | (TradePaper.region_code == actor.region_code)
        case "department":
            return public | (TradePaper.department == actor.department)
    return TradePaper.noun.is_not(None)


def own(actor: access.Actor, paper: TradePaper) -> bool:
    """Whether it was proposed by the caller's department, for its institution, or in its town."""
    match actor.role:
        case "institution":
            return paper.institution_id == actor.institution_id
        case "town":
            return paper.region_code == actor.region_code
        case "department":
            return paper.department == actor.department
    return True
