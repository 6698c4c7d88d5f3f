"""What goes over the wire: strict models, money, dates and instants, ids, lists. Unknown fields and loose types are faults, never guesses."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema
from pydantic_core import PydanticCustomError

from shared import clock
from shared.steps import Refusal

MONEY_MAX = Decimal("9999999999.99")


class In(BaseModel):
    """A request body: unknown fields are refused; text is stripped and never empty where `min_length` says so."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, str_max_length=4000)


class Out(BaseModel):
    """An answer, or a part of one."""

    model_config = ConfigDict(from_attributes=True)


def _money(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    text = value if isinstance(value, str) else ""
    whole, _, cents = text.partition(".")
    if not (
        whole.isascii() and whole.isdigit() and (not cents or (len(cents) == 2 and cents.isascii() and cents.isdigit()))
    ) or text.endswith("."):
        raise PydanticCustomError("money", '金额须为字符串,单位元,两位小数,如 "180.00"')
    if (amount := Decimal(text)) > MONEY_MAX:
        raise PydanticCustomError("money", f"金额不超过 {MONEY_MAX}")
    return amount


def _civil_date(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    try:
        if isinstance(value, str) and len(value) == 10 and value[4] == value[7] == "-" and value.isascii():
            day = date.fromisoformat(value)
            if clock.FIRST_YEAR <= day.year <= clock.LAST_YEAR:
                return day
    except ValueError:
        pass
    raise PydanticCustomError("civil_date", "日期须为 YYYY-MM-DD,且真实存在")


def _instant(value: object) -> datetime:
    if isinstance(value, datetime):
        return value.astimezone(clock.SHANGHAI)
    try:
        return clock.read(value if isinstance(value, str) else "")
    except ValueError as error:
        raise PydanticCustomError("instant", "时间须为带时区的 RFC 3339 格式,如 2025-04-10T09:00:00+08:00") from error


def null_as(empty: Callable[[], Any]) -> BeforeValidator:
    """For an optional list or flag in a new paper: `null` says no more than leaving the field out."""
    return BeforeValidator(lambda value: empty() if value is None else value)


def _plain_text(value: str) -> str:
    if any(ord(character) < 32 and character not in "\n\t" for character in value):
        raise PydanticCustomError("text", "文字中有控制字符")
    return value


Money = Annotated[
    Decimal,
    BeforeValidator(_money),
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,10}\.\d{2}$", "examples": ["180.00"], "description": "元 (CNY), two places"}),
]
CivilDate = Annotated[date, BeforeValidator(_civil_date), WithJsonSchema({"type": "string", "format": "date", "examples": ["2025-04-08"]})]
Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    PlainSerializer(lambda at: at.astimezone(clock.SHANGHAI).isoformat(timespec="milliseconds"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2025-04-10T09:00:00+08:00"]}),
]
Text = Annotated[str, AfterValidator(_plain_text)]
Word = Annotated[Text, Field(min_length=1, max_length=200)]
Reason = Annotated[Text, Field(min_length=1, max_length=1000)]


class ExternalRef(In):
    """The number another platform gave to the same thing."""

    system: Word
    number: Word


ExternalRefs = Annotated[list[ExternalRef], Field(max_length=20, description="其他平台给的编号")]


class Commented(In):
    """A decision, with an optional comment."""

    comment: Annotated[Text, Field(max_length=1000)] | None = None


class Reasoned(In):
    """A decision that must say why."""

    reason: Reason


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


def example(model: type[BaseModel], **values: Any) -> None:
    """Gives a model its example in the OpenAPI, checked against the model itself."""
    model.model_validate(values)
    model.model_config["json_schema_extra"] = {"examples": [values]}
