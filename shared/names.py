"""Names beside ids: what an answer says of the persons, institutions, classes, orders, funds, regions and occupations that it names by id or code.

An answer's model states the members it wants named, null by default; the kernel fills them once the operation is done and its transaction closed:

    trainee_id: UUID
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    employer_id: UUID | None
    employer_name: Annotated[str | None, names.Beside("employer_id", "institutions")] = None

All ids of an answer, however many items it has, take one call to each service that knows them, side by side. A service that is away leaves nulls. Names
are of today; a member that the operation has filled itself stays. Persons are named to whoever may see them: the asking service says for whom it asks, or
vouches that the caller may see everyone on this paper.

Where the gateway puts several answers on one page, it asks each service (`X-Names-Left`) to leave what others know; the answer then says in the same
header what is left, and the gateway fills it for the whole page at once.
"""

import asyncio
import tomllib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin
from uuid import UUID

import orjson
from pydantic import AfterValidator, BaseModel, Field, RootModel
from sqlalchemy import Select, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared import access, county, errors, http_client, telemetry, wire

PATH = "/internal/v1/names"
IDS_AT_MOST = 10_000
# Who sees persons on papers alone, and not in the registry: the service that shows them the paper vouches for them.
VOUCHED_FOR = frozenset({"partner", "person", "finance", "admin"})


@dataclass(frozen=True, slots=True)
class Owner:
    """The service that knows what a kind of thing is called, and how it is asked for some by their ids."""

    service: str
    asked_as: str


OWNERS = {
    "trainees": Owner("registry", "trainee_ids"),
    "institutions": Owner("registry", "institution_ids"),
    "classes": Owner("registry", "class_ids"),
    "orders": Owner("eastwest", "order_ids"),
    "placements": Owner("eastwest", "placement_ids"),
    "funds": Owner("subsidy", "fund_ids"),
    "claims": Owner("subsidy", "claim_ids"),
    "filings": Owner("evaluation", "filing_ids"),
    "assessments": Owner("evaluation", "assessment_ids"),
    "certificates": Owner("evaluation", "certificate_ids"),
}
CODED = ("regions", "occupations")  # the county's own data: at hand in every process

Known = dict[str, Any]  # of one thing: `name`, and what else its kind is told by
Lookup = Callable[[AsyncSession, access.Actor | None, Collection[UUID]], Awaitable[Mapping[UUID, Known]]]


@dataclass(frozen=True, slots=True)
class Beside:
    """Where a member's value comes from: the member `of` the same object holds an id of that kind; `what` is said of it."""

    of: str
    kind: str
    what: str = "name"


TraineeName = Annotated[str | None, Beside("trainee_id", "trainees"), Field(description="学员姓名(今日的);不可见或登记服务不应答时为 null")]
IdNumberMasked = Annotated[str | None, Beside("trainee_id", "trainees", "id_number_masked"), Field(description="学员证件号码(掩码)")]
InstitutionName = Annotated[str | None, Beside("institution_id", "institutions"), Field(description="机构名称(今日的)")]
ClassName = Annotated[str | None, Beside("class_id", "classes"), Field(description="班级名称")]
ClassNumber = Annotated[str | None, Beside("class_id", "classes", "number"), Field(description="班级编号")]
OrderNumber = Annotated[str | None, Beside("order_id", "orders", "number"), Field(description="订单编号")]
ClaimNumber = Annotated[str | None, Beside("claim_id", "claims", "number"), Field(description="申领单编号")]
FilingNumber = Annotated[str | None, Beside("filing_id", "filings", "number"), Field(description="备案编号")]
AssessmentNumber = Annotated[str | None, Beside("assessment_id", "assessments", "number"), Field(description="评价批次编号")]
CertificateNumber = Annotated[str | None, Beside("certificate_id", "certificates", "number"), Field(description="证书编号")]
FundName = Annotated[str | None, Beside("fund_id", "funds"), Field(description="资金名称")]
RegionName = Annotated[str | None, Beside("region_code", "regions"), Field(description="区划名称")]
OccupationName = Annotated[str | None, Beside("occupation_code", "occupations"), Field(description="职业(工种)名称")]


class Told(RootModel[dict[str, dict[str, Known]]]):
    """What a neighbour calls things, by kind and id."""


def _somebody(claims: dict[str, Any]) -> dict[str, Any]:
    try:
        hash(access.actor_of({"sub": ""} | claims))
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise ValueError("须写明角色和所绑定的机构、人员") from error
    return claims


Viewer = Annotated[dict[str, Any], AfterValidator(_somebody)]  # for whom a service asks, as claims of a token


class NamesIn(wire.In):
    """Ids to be named. `seen_by`: for whom, by role and bindings; null: the asking service vouches that everyone asked for may be named."""

    trainee_ids: list[UUID] = Field([], max_length=IDS_AT_MOST)
    institution_ids: list[UUID] = Field([], max_length=IDS_AT_MOST)
    class_ids: list[UUID] = Field([], max_length=IDS_AT_MOST)
    order_ids: list[UUID] = Field([], max_length=IDS_AT_MOST)
    placement_ids: list[UUID] = Field([], max_length=IDS_AT_MOST)
    fund_ids: list[UUID] = Field([], max_length=IDS_AT_MOST)
    claim_ids: list[UUID] = Field([], max_length=IDS_AT_MOST)
    filing_ids: list[UUID] = Field([], max_length=IDS_AT_MOST)
    assessment_ids: list[UUID] = Field([], max_length=IDS_AT_MOST)
    certificate_ids: list[UUID] = Field([], max_length=IDS_AT_MOST)
    seen_by: Viewer | None = None


def among(key: Any, *columns: Any) -> Select[Any]:
    """The statement that reads these columns of those whose `key` is among its parameter `ids`: to be built once, since names are asked for all day."""
    return select(key, *columns).where(key == func.any(bindparam("ids", type_=ARRAY(Uuid))))


def numbered(key: Any, number: Any) -> Lookup:
    """Looks up the numbers of papers; `key` and `number` are columns of their table. A number tells nothing that its id did not."""
    wanted = among(key, number)

    async def look_up(session: AsyncSession, _viewer: access.Actor | None, ids: Collection[UUID]) -> Mapping[UUID, Known]:
        rows = await session.execute(wanted, {"ids": list(ids)})
        return {row[0]: {"number": row[1]} for row in rows}

    return look_up


async def answer(session: AsyncSession, own: Mapping[str, Lookup], asked: NamesIn) -> dict[str, Mapping[UUID, Known]]:
    """What this service calls the things asked for, by kind and id; what it does not know, or may not tell, is left out."""
    viewer = access.actor_of({"sub": ""} | asked.seen_by) if asked.seen_by is not None else None
    found: dict[str, Mapping[UUID, Known]] = {}
    for kind, lookup in own.items():
        ids = getattr(asked, OWNERS[kind].asked_as)
        found[kind] = await lookup(session, viewer, ids) if ids else {}
    return found


@dataclass(frozen=True)
class Plan:
    """Which members of an answer are to be named, and in which members there are more."""

    beside: Mapping[str, Beside]
    inside: Mapping[str, "Plan"]

    @cached_property
    def text(self) -> str:
        """As `X-Names-Left` has it."""
        return orjson.dumps(self._said()).decode()

    def _said(self) -> list[Any]:
        beside = {name: [marker.of, marker.kind, marker.what] for name, marker in self.beside.items()}
        return [beside, {name: inner._said() for name, inner in self.inside.items()}]


@lru_cache(1_000)
def read_plan(text: str) -> Plan:
    """The plan whose text it is; raises ValueError, TypeError or AttributeError for any other."""
    return _read(orjson.loads(text))


def _read(said: Any) -> Plan:
    beside, inside = said
    return Plan({name: Beside(*marker) for name, marker in beside.items()}, {name: _read(inner) for name, inner in inside.items()})


def plan(shape: Any, within: frozenset[type] = frozenset()) -> Plan | None:
    """What is to be named in answers of a shape: a model, or a list or choice of them. None: nothing. `within`: the models around it."""
    beside: dict[str, Beside] = {}
    inside: dict[str, Plan] = {}
    for model in _models(shape):
        for name, field in model.model_fields.items():
            if marker := next((each for each in field.metadata if isinstance(each, Beside)), None):
                beside[name] = marker
            elif model not in within and (inner := plan(field.annotation, within | {model})):
                inside[name] = inner
    if unknown := {each.kind for each in beside.values()} - OWNERS.keys() - set(CODED):
        raise TypeError(f"no service names {sorted(unknown)}")
    return Plan(beside, inside) if beside or inside else None


def _models(shape: Any) -> list[type[BaseModel]]:
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        return [shape]
    return [] if get_origin(shape) is dict else [model for each in get_args(shape) for model in _models(each)]


async def filled(
    planned: Plan,
    body: bytes,
    call: access.Call,
    own: Mapping[str, Lookup],
    sessions: async_sessionmaker[AsyncSession],
    neighbours: Mapping[str, http_client.Neighbour],
    within_seconds: float,
) -> tuple[bytes, Any]:
    """The answer with its names, as bytes and as what they say; whom the call was told of already, nobody is asked for. It never fails: what cannot be learnt within the time stays null, so that an answer is not held up for its names."""
    said = orjson.loads(body)
    missing = await fill(planned, said, call.told, call, own, sessions, neighbours, within_seconds)
    return (orjson.dumps(said) if missing else body), said


async def fill(
    planned: Plan,
    said: Any,
    told: Mapping[str, Mapping[str, Known]],
    call: access.Call,
    own: Mapping[str, Lookup],
    sessions: async_sessionmaker[AsyncSession],
    neighbours: Mapping[str, http_client.Neighbour],
    within_seconds: float,
) -> bool:
    """Puts the names into what an answer says; whether any was missing. `told`: what is known already, by kind and id. What neither we nor one of the
    `neighbours` know stays null."""
    places = [each for each in beside(planned, said) if each[0][each[1]] is None]
    found: dict[str, Mapping[str, Known]] = {kind: dict(of) for kind, of in told.items()}
    wanted: dict[str, set[str]] = defaultdict(set)
    for _, _, marker, key in places:
        if marker.kind in OWNERS and marker.what not in found.get(marker.kind, {}).get(key, {}):
            wanted[marker.kind].add(key)
    if wanted:
        viewer = None if call.actor.role in VOUCHED_FOR else call.actor
        for kind, learnt in (await _learn(wanted, viewer, call, own, sessions, neighbours, within_seconds)).items():
            found[kind] = {**found.get(kind, {}), **learnt}
    known = {**_at_hand(county.folder()), **found}
    for place, name, marker, key in places:
        place[name] = known.get(marker.kind, {}).get(key, {}).get(marker.what)
    return bool(places)


def beside(planned: Plan, said: Any) -> Iterator[tuple[dict[str, Any], str, Beside, str]]:
    """Every member of an answer that names something: the object it stands in, what it is called there, what it says, and of which id or code."""
    if isinstance(said, list):
        for each in said:
            yield from beside(planned, each)
    elif isinstance(said, dict):
        for name, marker in planned.beside.items():
            if name in said and isinstance(key := said.get(marker.of), str):
                yield said, name, marker, key
        for name, inner in planned.inside.items():
            yield from beside(inner, said.get(name))


async def _learn(
    wanted: Mapping[str, Collection[str]],
    viewer: access.Actor | None,
    call: access.Call,
    own: Mapping[str, Lookup],
    sessions: async_sessionmaker[AsyncSession],
    neighbours: Mapping[str, http_client.Neighbour],
    within_seconds: float,
) -> dict[str, Mapping[str, Known]]:
    seen_by = viewer.wire() if viewer else None
    asked: dict[str, dict[str, Any]] = defaultdict(lambda: {"seen_by": seen_by})
    for kind, ids in wanted.items():
        service = "" if kind in own else OWNERS[kind].service
        if not service or service in neighbours:
            asked[service][OWNERS[kind].asked_as] = sorted(ids)

    async def here(body: dict[str, Any]) -> Mapping[str, Mapping[Any, Known]]:
        async with sessions() as session:
            return await answer(session, own, NamesIn.model_validate(body))

    async def there(service: str, body: dict[str, Any]) -> Mapping[str, Mapping[Any, Known]]:
        try:
            answer = await neighbours[service].post(PATH, call, body, timeout_seconds=within_seconds)
            return http_client.read(Told, answer or {}, service).root
        except errors.Problem as problem:
            telemetry.log.warning("names_unavailable", service=service, code=problem.code, request_id=call.request_id)
            return {}

    answers = await asyncio.gather(*(there(service, body) if service else here(body) for service, body in asked.items()))
    return {kind: {str(key): known for key, known in of.items()} for found in answers for kind, of in found.items()}


def at_hand(kind: str, code: str) -> str | None:
    """What a region or occupation is called; None where the county has no such code."""
    name: str | None = _at_hand(county.folder())[kind].get(code, {}).get("name")
    return name


def codes_at_hand(kind: str) -> Collection[str]:
    """The codes of the county's regions or occupations."""
    return _at_hand(county.folder())[kind].keys()


@cache
def _at_hand(folder: Path) -> Mapping[str, Mapping[str, Known]]:
    found = {
        kind: {row["code"]: {"name": row["name"]} for row in tomllib.loads((folder / f"{kind}.toml").read_text())[kind]} for kind in CODED
    }
    partner = county.here().partner
    found["regions"] |= {partner.code: {"name": partner.name}} | {place.code: {"name": place.name} for place in partner.districts}
    return found
