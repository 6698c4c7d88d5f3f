"""Who may see which payment batches and payments: the office all; of payments, whoever is paid their own."""

from sqlalchemy import ColumnElement, and_, false, true

from services.subsidy.claims.conditions import ALIASES
from services.subsidy.codes import Payee
from services.subsidy.payments.tables import Payment
from shared.access import SEES_MONEY, Actor


def rows(actor: Actor) -> ColumnElement[bool]:
    return true() if actor.role in SEES_MONEY else false()


def payments(actor: Actor) -> ColumnElement[bool]:
    if actor.role == "person" and actor.trainee_id:
        return and_(Payment.payee_kind == Payee.TRAINEE, ALIASES.among(Payment.payee_id, [actor.trainee_id]))
    if actor.role == "institution" and actor.institution_id:
        return and_(Payment.payee_kind == Payee.ORGANISER, Payment.payee_id == actor.institution_id)
    return rows(actor)
