"""What the registry tells of people whatever is claimed for them: who they are, what they were called by offices and when, what they were paid elsewhere,
and who has the same account; and of an institution that claims for them, when it was barred. One statement, however many people there are. Everything is
dated, so that whoever judges looks at the day that counts for each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Boolean,
    Date,
    DateTime,
    Select,
    Text,
    Uuid,
    bindparam,
    cast,
    exists,
    func,
    literal_column,
    null,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import aliased

from services.registry.codes import MeasureKind
from services.registry.institutions.institutions.policy import Absence, Blacklisting, last_day
from services.registry.institutions.institutions.reading import ABSENCES, BLACKLISTINGS
from services.registry.institutions.institutions.tables import Institution
from services.registry.institutions.measures.tables import Measure
from services.registry.people.outside_payments.tables import OutsidePayment
from services.registry.people.status_records.tables import StatusList, StatusRecord
from services.registry.people.trainees.conditions import ALIASES
from services.registry.people.trainees.tables import Trainee, TraineeCategory, TraineeSighting
from services.registry.training.trade_papers.reading import in_catalogues
from shared.strict import read
from shared.web import Kernel

INSTANT = 'YYYY-MM-DD"T"HH24:MI:SS.MSTZH:TZM'
SHARED_WITH_AT_MOST = 10  # who else has the same account: more would say no more
MERGED = aliased(Trainee)
FORMER = (
    select(func.array_agg(MERGED.id).label("former_ids"), func.array_agg(MERGED.id_number_key).label("former_keys"))
    .where(MERGED.merged_into == Trainee.id)
    .lateral("former")
)
PERSON: list[Any] = [
    Trainee.id.label("trainee_id"),
    Trainee.name,
    Trainee.id_number_masked,
    Trainee.birth_on,
    Trainee.sex,
    Trainee.retirement_track,
    Trainee.region_code,
    Trainee.employer_id,
    Trainee.bank_account_key,
]
WRITTEN_UNDER: list[Any] = [
    func.array_append(FORMER.c.former_keys, Trainee.id_number_key).label("keys"),
    func.array_append(FORMER.c.former_ids, Trainee.id).label("ids"),
    func.coalesce(FORMER.c.former_ids, cast(array([]), ARRAY(Uuid))).label("former_ids"),
]
NOT_TOLD = ("bank_account_key", "keys", "ids")  # what the lists are found by
PAID = ("scheme", "occupation_code", "trade_name", "level", "on", "source", "document")
INSTITUTION_ID, TRAINEE_IDS = bindparam("institution_id", type_=Uuid), bindparam("trainee_ids", type_=ARRAY(Uuid))


async def of_people(
    kernel: Kernel, trainee_ids: Sequence[UUID], institution_id: UUID | None, *, catalogues: bool = False
) -> dict[str, Any]:
    """The facts of these people, and of the institution that claims for them, as JSON (`schemas.PeopleFacts`). Who was merged into another is that other,
    once, with all that is known under either number."""
    asked = {"trainee_ids": list(trainee_ids), "institution_id": institution_id, "catalogues": catalogues}
    told: Mapping[str, list[Any]] | None = await kernel.reader.first(_everything(), asked)
    assert told is not None, "a row of lists is always one"
    people = told["people"]
    add_lists(people, told)
    known = {each for row in people for each in (row["trainee_id"], *row["former_ids"])}
    return {
        "people": people,
        "lists": told["complete"],
        "catalogues": told["catalogues"],
        "institution": next(({**each, "barred": _barred(told)} for each in told["institution"]), None),
        "unknown_trainee_ids": [each for each in dict.fromkeys(map(str, trainee_ids)) if each not in known],
    }


@cache
def _everything() -> Select[Any]:
    seen = exists().where(TraineeSighting.trainee_id == Trainee.id, TraineeSighting.institution_id == INSTITUTION_ID)
    own = func.coalesce(or_(seen, Trainee.employer_id == INSTITUTION_ID), False).label("known_to_institution")
    among = Trainee.merged_into.is_(None), ALIASES.among(Trainee.id, TRAINEE_IDS)
    people = select(*PERSON, *WRITTEN_UNDER, own).join(FORMER, true()).where(*among).cte("people")
    institution = select(Institution.id, Institution.name, Institution.uscc, text_of(Institution.bank_account_key))
    return select(
        *(
            listed(name, each)
            for name, each in (
                about(people)
                | {
                    "people": shown(people).order_by(people.c.trainee_id),
                    "complete": _complete(),
                    "catalogues": in_catalogues(bindparam("catalogues", type_=Boolean)),
                    "institution": institution.where(Institution.id == INSTITUTION_ID),
                    "blacklistings": BLACKLISTINGS,
                    "absences": ABSENCES,
                    "stops": _stops(),
                }
            ).items()
        )
    )


def _complete() -> Select[Any]:
    """The days that a complete list covers, of each status: lists that overlap or follow one another as one."""
    days = func.daterange(StatusList.complete_from_on, StatusList.complete_to_on, "[]")
    spans = select(StatusList.status, func.unnest(func.range_agg(days)).label("span")).where(StatusList.voided_at.is_(None))
    found = spans.group_by(StatusList.status).subquery("spans")
    last = cast(func.upper(found.c.span).op("-")(literal_column("1")), Date).label("until_on")
    return select(found.c.status, func.lower(found.c.span).label("from_on"), last).order_by(found.c.status, "from_on")


def _stops() -> Any:
    against = (Measure.institution_id == INSTITUTION_ID, Measure.kind == MeasureKind.SUPPORT_STOPPED, Measure.voided_at.is_(None))
    return select(Measure.from_on, Measure.until_on).where(*against).order_by(Measure.from_on)


def _barred(told: Mapping[str, list[Any]]) -> list[dict[str, Any]]:
    """The days on which the institution was on the blacklist, suspended or gone, or a measure stops its support."""
    bars: list[Blacklisting | Absence] = [
        *read(tuple[Blacklisting, ...], told["blacklistings"]),
        *read(tuple[Absence, ...], told["absences"]),
    ]
    days = ((each.kind if isinstance(each, Absence) else "blacklisted", each.from_on, last_day(each)) for each in bars)
    return [
        {"why": why, "from_on": first.isoformat(), "until_on": last and last.isoformat()}
        for why, first, last in days
        if last is None or last >= first
    ] + [{"why": MeasureKind.SUPPORT_STOPPED.value, **each} for each in told["stops"]]


# What a class's facts tell of its people as well


def shown(people: Any) -> Select[Any]:
    return select(*(each for each in people.c if each.name not in NOT_TOLD), text_of(people.c.bank_account_key))


def about(people: Any) -> dict[str, Any]:
    """What is told of each of these people (a table of `PERSON` and `WRITTEN_UNDER`) in lists of their own; `who` is whom each row is about."""
    who, keys = people.c.trainee_id.label("who"), people.c["keys"]
    category, record, paid = TraineeCategory, StatusRecord, OutsidePayment
    return {
        "categories": select(who, category.code, category.since_on, category.until_on)
        .join(category, category.trainee_id == people.c.trainee_id)
        .order_by(category.code, category.since_on),
        "statuses": select(who, record.status, record.from_on, record.until_on, record.source)
        .join(record, record.id_number_key == func.any(keys))
        .where(record.voided_at.is_(None))
        .order_by(record.status, record.from_on, record.source),
        "outside_payments": select(who, *(getattr(paid, name) for name in PAID), cast(paid.amount_yuan, Text).label("amount"))
        .join(paid, paid.id_number_key == func.any(keys))
        .where(paid.voided_at.is_(None))
        .order_by(paid.on, paid.source, paid.id),
        "holders": _holders(people),
    }


def _holders(people: Any) -> Any:
    """Who has each of these people's accounts: people (of each account no more than are told, and the one who asks), and institutions."""
    asked = select(people.c.bank_account_key.label("account")).where(people.c.bank_account_key.is_not(None)).distinct().subquery("asked")
    person = select(Trainee.id).where(Trainee.bank_account_key == asked.c.account, Trainee.merged_into.is_(None)).order_by(Trainee.id)
    some = person.limit(SHARED_WITH_AT_MOST + 1).lateral("some")
    who = text_of(asked.c.account).label("who")
    theirs = select(who, some.c.id.label("trainee_id"), null().label("institution")).join_from(asked, some, true())
    named = select(who, null(), Institution.name).join_from(asked, Institution, Institution.bank_account_key == asked.c.account)
    return union_all(theirs, named).order_by("who", "trainee_id", "institution")


def add_lists(people: list[dict[str, Any]], told: Mapping[str, list[Any]]) -> None:
    """Gives each person what the lists say of them."""
    categories, statuses, outside, holders = (by_who(told[name]) for name in ("categories", "statuses", "outside_payments", "holders"))
    for row in people:
        who, account = row["trainee_id"], row["bank_account_key"]
        same_account = holders[account] if account else ()
        shared_with = [each["trainee_id"] for each in same_account if each["trainee_id"] not in (None, who)]
        row |= {
            "categories": categories[who],
            "statuses": statuses[who],
            "outside_payments": outside[who],
            "has_bank_account": account is not None,
            "account_shared_with": shared_with[:SHARED_WITH_AT_MOST],
            "account_of_institution": next((each["institution"] for each in same_account if each["institution"]), None),
        }


def by_who(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row.pop("who")].append(row)
    return found


def listed(name: str, wanted: Any) -> Any:
    """The rows as one list of JSON, instants as everywhere in answers."""
    rows = wanted.subquery()
    columns = [func.to_char(each, INSTANT).label(each.name) if isinstance(each.type, DateTime) else each for each in rows.c]
    row = select(*columns).subquery(f"{name}_row")
    return select(func.coalesce(func.json_agg(row.table_valued()), literal_column("'[]'"))).scalar_subquery().label(name)


def text_of(account: Any) -> Any:
    return func.encode(account, "base64").label("bank_account_key")
