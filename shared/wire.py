"""What goes over the wire: strict models, money, dates and instants, ids, lists. Unknown fields and loose types are faults, never guesses."""

import contextlib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Discriminator, Field, PlainSerializer, Tag, WithJsonSchema
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import PydanticCustomError

from shared import clock, errors, person_names, redaction
from shared.steps import Refusal

MONEY_MAX = Decimal("9999999999.99")
YEARS = f"年份须在 {clock.FIRST_YEAR} 至 {clock.LAST_YEAR} 之间"
_TWO_PLACES = re.compile(r"[0-9]+\.[0-9]{2}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f]")  # but for line breaks and tabs


class In(BaseModel):
    """A request body: unknown fields are refused; text is stripped and never empty where `min_length` says so."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, str_max_length=4000)


class Absent(Exception):
    """What a rule asks for was not said, or not soundly: that rule has nothing to say."""


def faults(rules: Iterable[Callable[[Any, date], Iterable[errors.Fault]]], body: Any, today: date) -> list[errors.Fault]:
    """What a noun's rules say of a body, all of them; where it is `Sound` alone, those that have what they ask for."""
    found: list[errors.Fault] = []
    for rule in rules:
        with contextlib.suppress(Absent):
            found.extend(rule(body, today))
    return found


class Out(BaseModel):
    """An answer, or a part of one. What has a default is answered all the same, so the document promises it."""

    model_config = ConfigDict(from_attributes=True, json_schema_serialization_defaults_required=True)


def built_when_used() -> None:
    """From here on a model is built when it is first used: a process that is not called uses few of a service's hundreds."""
    In.model_config["defer_build"] = Out.model_config["defer_build"] = True


LEFT_OUT = ConfigDict(json_schema_serialization_defaults_required=False)  # of an answer that leaves out what it does not say


def _money(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    text = value if isinstance(value, str) else ""
    if not _TWO_PLACES.fullmatch(text):
        raise PydanticCustomError("money", '金额须为字符串,单位元,两位小数,如 "180.00"')
    if (amount := Decimal(text)) > MONEY_MAX:
        raise PydanticCustomError("money", f"金额不超过 {MONEY_MAX}")
    return amount


def _civil_date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if not (isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-" and value.isascii()):
            raise ValueError
        day = date.fromisoformat(value)
    except ValueError as error:
        raise PydanticCustomError("civil_date", "日期须为 YYYY-MM-DD,且真实存在") from error
    if not clock.FIRST_YEAR <= day.year <= clock.LAST_YEAR:
        raise PydanticCustomError("civil_date", YEARS)
    return day


def _instant(value: object) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(clock.SHANGHAI)
    try:
        return clock.read(value if isinstance(value, str) else "")
    except clock.OutsideYears as error:
        raise PydanticCustomError("instant", YEARS) from error
    except ValueError as error:
        raise PydanticCustomError("instant", "时间须为带时区的 RFC 3339 格式,如 2025-04-10T09:00:00+08:00") from error


def null_as(empty: Callable[[], Any]) -> BeforeValidator:
    """For an optional list or flag in a new paper: `null` says no more than leaving the field out."""
    return BeforeValidator(lambda value: empty() if value is None else value)


def _plain_text(value: str) -> str:
    if _CONTROL.search(value):
        raise PydanticCustomError("text", "文字中有控制字符")
    return value


def _no_number(value: str) -> str:
    if redaction.names_citizen(value):
        raise PydanticCustomError(redaction.NUMBER_IN_TEXT, "文字中不得有公民身份号码")
    return value


def _person_name(value: str) -> str:
    try:
        return person_names.read(value)
    except person_names.Unreadable as fault:
        raise PydanticCustomError(fault.code, fault.fix) from None


Money = Annotated[
    Decimal,
    BeforeValidator(_money),
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,10}\.\d{2}$", "examples": ["180.00"]}),
]
CivilDate = Annotated[date, BeforeValidator(_civil_date), WithJsonSchema({"type": "string", "format": "date", "examples": ["2025-04-08"]})]
Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    PlainSerializer(lambda at: at.astimezone(clock.SHANGHAI).isoformat(timespec="milliseconds"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2025-04-10T09:00:00+08:00"]}),
]
Number = Annotated[int | float, WithJsonSchema({"type": "number"})]  # 3 stays 3
WHOLE = AfterValidator(lambda said: int(said) if said.is_integer() else said)  # of a float, behind its limits: 3 stays 3
Problem = Annotated[dict[str, Any], WithJsonSchema({"x-schema": "Problem"})]  # schemas that `shared.web.documents` adds
Faults = Annotated[list[dict[str, Any]], WithJsonSchema({"type": "array", "items": {"x-schema": "Fault"}})]
Text = Annotated[str, AfterValidator(_plain_text)]
Named = Annotated[Text, AfterValidator(_no_number)]  # shown in lists as it was typed: no person's number may hide in it
Word = Annotated[Named, Field(min_length=1, max_length=200)]
PersonName = Annotated[Text, Field(max_length=person_names.LONGEST), AfterValidator(_person_name)]
Comment = Annotated[Text, AfterValidator(redaction.redact), Field(max_length=1000)]  # read by more people than may see a number in full
Reason = Annotated[Comment, Field(min_length=1)]


class ExternalRef(In):
    """The number another platform gave to the same thing."""

    system: Word
    number: Word


ExternalRefs = Annotated[list[ExternalRef], Field(max_length=20, description="其他平台给的编号")]


class Commented(In):
    """A decision, with an optional comment."""

    comment: Comment | None = None


class Reasoned(In):
    """A decision that must say why."""

    reason: Reason


class ReasonedWhenTaken(In):
    """The same of a decision whose consequences can be looked at before anybody has a reason."""

    reason: Reason | None = Field(None, description="办理时必填;只看影响时可不填")


class WhyNot(Out):
    """The problem that the action would be answered with now: its code and its Chinese text."""

    code: str
    detail: str


class AllowedAction(Out):
    """Whether the caller may take this action now, and if not, why."""

    action: str
    allowed: bool
    why_not: WhyNot | None = None


def allowed_actions(found: Mapping[str, Refusal | None]) -> list[AllowedAction]:
    """What a paper's `Machine.allowed_actions` found, as it is shown."""
    return [AllowedAction(action=action, allowed=why is None, why_not=why and WhyNot.model_validate(why)) for action, why in found.items()]


T = TypeVar("T")


class Page(Out, Generic[T]):
    """One page of a list."""

    items: list[T]
    next_cursor: str | None = None
    total: int | None = None


PLAIN, OBJECT, SEVERAL = Tag("\ue000plain"), Tag("\ue000object"), Tag("\ue000several")  # a value, an object that says more of it, a list
BY_SHAPE = Discriminator(lambda value: (OBJECT if isinstance(value, dict | BaseModel) else PLAIN).tag)
BY_COUNT = Discriminator(lambda value: (SEVERAL if isinstance(value, list) else PLAIN).tag)
SHAPES = (PLAIN.tag, OBJECT.tag, SEVERAL.tag)  # which of two a value was read as is no part of where it stands
OneOrSeveral = Annotated[Annotated[T, PLAIN] | Annotated[list[T], SEVERAL], BY_COUNT]


def _unsaid(value: object) -> bool:
    return value is None


ShownOnce = Annotated[str | SkipJsonSchema[None], Field(exclude_if=_unsaid)]  # a secret: a repeat of the request answers without the member


def example(model: type[BaseModel], **values: Any) -> None:
    """Gives a model its example in the OpenAPI, checked against the model itself."""
    model.model_validate(values)
    model.model_config["json_schema_extra"] = {"examples": [values]}
