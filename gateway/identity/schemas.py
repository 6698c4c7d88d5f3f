"""What clients, users and sessions look like on the wire."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from gateway.codes import AccountStatus, Role
from shared import county, names, person_names, wire

EXAMPLES = county.here().examples

Scopes = Annotated[
    list[str], Field(max_length=200, description="授权范围,见 GET /v1/scopes;system 必填", examples=[["trainees.read", "classes.read"]])
]
Password = Annotated[
    str, Field(min_length=10, max_length=200, description="至少 10 个字符,不能是容易猜到的", examples=["Sun-over-hills-25"])
]


def _called(value: str) -> str:
    try:
        return person_names.called(value)
    except person_names.Unreadable as fault:
        raise PydanticCustomError(fault.code, fault.fix) from None


UserName = Annotated[wire.Word, AfterValidator(_called), Field(examples=[f"{EXAMPLES.region_name}人社中心"])]
RegionCode = Annotated[str, Field(pattern=r"^\d{6,12}$")]
Issuer = Annotated[wire.Word, Field(description="可信签发者(OIDC_ISSUER)的网址;与 subject 一起给")]
Subject = Annotated[wire.Text, Field(min_length=1, max_length=255, description="此人在签发者处的编号(令牌中的 sub)")]


class Bindings(wire.In):
    """Who acts, and what the role is bound to: institution → institution_id, person → trainee_id, town → region_code, department → department, system → scopes."""

    name: wire.Word = Field(examples=[f"{EXAMPLES.region_name}人社中心"])
    role: Role
    institution_id: UUID | None = Field(None, examples=[None])
    trainee_id: UUID | None = Field(None, examples=[None])
    region_code: RegionCode | None = Field(None, examples=[EXAMPLES.region_code])
    department: wire.Word | None = Field(None, examples=["市农业农村局"])
    scopes: Scopes | None = Field(None, examples=[None])
    person_id: UUID | None = Field(None, description="办事的人;不给则视为一个新的人", examples=[None])


class ClientIn(Bindings):
    jwks: dict[str, Any] | None = Field(None, description="用 private_key_jwt 时,客户端的公钥(JWK 或 JWK Set)", examples=[None])


class UserIn(Bindings):
    name: UserName
    login: wire.Word | None = Field(None, description="登录名;不给则用 name", examples=["yangxiuying"])
    password: Password | None = Field(None, description="不给则生成一个,只显示一次;绑定了 subject 的不生成")
    manager: bool = Field(False, examples=[False])
    issuer: Issuer | None = Field(None, examples=[None])
    subject: Subject | None = Field(None, examples=[None])


class AccountChange(wire.In):
    """What is given takes the place of what was. Another role or another person is another account."""

    name: wire.Word = Field(default_factory=str, examples=[f"{EXAMPLES.region_name}人社中心"])
    region_code: RegionCode | None = Field(None, examples=[EXAMPLES.region_code])
    department: wire.Word | None = Field(None, examples=["市农业农村局"])
    scopes: Scopes | None = Field(None, examples=[None])


class UserChange(AccountChange):
    name: UserName = Field(default_factory=str)
    manager: bool = Field(default_factory=bool, examples=[False])
    issuer: Issuer | None = Field(None, examples=[None])
    subject: Subject | None = Field(None, examples=[None])


class AccountOut(wire.Out):
    id: UUID
    name: str
    role: Role
    person_id: UUID
    institution_id: UUID | None
    institution_name: names.InstitutionName = None
    trainee_id: UUID | None
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    region_code: str | None
    region_name: names.RegionName = None
    department: str | None
    scopes: list[str] | None
    created_at: wire.Instant
    disabled_at: wire.Instant | None
    status: AccountStatus
    made_by: UUID | None
    made_by_name: str | None = None
    confirmed_by: UUID | None
    confirmed_by_name: str | None = None
    version: int


class ClientOut(AccountOut):
    client_id: str


class ClientPaper(ClientOut):
    """A single client, with what the caller may do with it."""

    allowed_actions: list[wire.AllowedAction]


class ClientMade(ClientPaper):
    """`client_secret` is shown this once; a repeat of the request answers without it."""

    client_secret: wire.ShownOnce = None


class UserOut(AccountOut):
    login: str
    manager: bool = False
    issuer: str | None = Field(None, description="所绑定的可信签发者的网址;没有绑定时为 null", examples=[None])
    subject: str | None = Field(None, description="此人在签发者处的编号;没有绑定时为 null", examples=[None])


class UserPaper(UserOut):
    """A single user, with what the caller may do with it."""

    allowed_actions: list[wire.AllowedAction]


class UserMade(UserPaper):
    """The password is shown this once; a repeat of the request answers without it, and so does one for a user who has none. `client_id` and `client_secret`
    are login and password, by their general names."""

    client_id: str
    client_secret: wire.ShownOnce = None


class Credentials(wire.In):
    name: Annotated[str, Field(min_length=1, max_length=200, description="登录名")]
    password: Annotated[str, Field(min_length=1, max_length=200)]


class PasswordChange(wire.In):
    current_password: Annotated[str, Field(min_length=1, max_length=200, description="现在的密码")]
    new_password: Password


class Refresh(wire.In):
    refresh_token: Annotated[str, Field(min_length=1, max_length=200)]


class SignedIn(wire.Out):
    """`refresh_token` is good once: each use gives a new one."""

    access_token: str
    token_type: Literal["Bearer"] = Field("Bearer")
    expires_in: int
    refresh_token: str


def _in_order(scopes: frozenset[str] | None) -> list[str] | None:
    return sorted(scopes) if scopes is not None else None


class Me(wire.Out):
    """Who the token stands for. `scopes` null: all that the role may do."""

    subject: str
    name: str
    role: Role
    person_id: UUID | None
    scopes: Annotated[list[str] | None, BeforeValidator(_in_order)]
    institution_id: UUID | None
    institution_name: names.InstitutionName = None
    trainee_id: UUID | None
    trainee_name: names.TraineeName = None
    id_number_masked: names.IdNumberMasked = None
    region_code: str | None
    region_name: names.RegionName = None
    department: str | None
    manager: bool = False


class Scope(wire.Out):
    scope: str
    label: str
    label_en: str
