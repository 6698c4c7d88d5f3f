"""Problems: every refusal the system can answer with, each with its permanent code, and the catalogue of all codes (RFC 9457).

A subclass of `Problem` is an answer of its own (`type`, `status`); a `Fault` is one thing wrong inside an answer. Both draw their codes from one
catalogue, which `GET /v1/problems` shows: defining a subclass, or calling `describe`, is what puts a code there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the catalogue. `kind` says where the code appears: problem, fault (in `errors[]`), row (of a spreadsheet) or finding (of a verdict)."""

    code: str
    kind: str
    status: int | None
    title: str
    title_en: str
    cause: str
    remedy: str
    retryable: bool = False


CATALOGUE: dict[str, Entry] = {}
STANDARD_MEMBERS = frozenset({"type", "title", "status", "code", "detail", "instance", "request_id", "retryable"})


def describe(
    code: str,
    title: str,
    title_en: str,
    *,
    cause: str,
    remedy: str,
    kind: str = "fault",
    status: int | None = None,
    retryable: bool = False,
) -> str:
    """Puts a code into the catalogue and answers it. Codes never change their meaning: a second, different description is a programming error."""
    entry = Entry(code, kind, status, title, title_en, cause, remedy, retryable)
    known = CATALOGUE.setdefault(code, entry)
    if known != entry and known.kind == kind:  # one word may name a refusal here and a finding there: `institution_blacklisted`
        raise ValueError(f"problem code {code!r} is described twice")
    if kind == "problem":
        CATALOGUE[code] = entry  # its status is what a caller looks for
    return code


def pointer(*path: str | int) -> str:
    """A JSON Pointer (RFC 6901); empty for the whole body."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


@dataclass(frozen=True, slots=True)
class Basis:
    """The document and clause that say so."""

    document: str
    clause: str


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a request: where, what was seen (masked), what is allowed, what to do, and who says so."""

    code: str
    pointer: str | None = None
    parameter: str | None = None
    seen: str | None = None
    allowed: str | None = None
    fix: str | None = None
    basis: Basis | None = None
    more: dict[str, Any] | None = None

    def wire(self) -> dict[str, Any]:
        members: dict[str, Any] = {"code": self.code}
        for name in ("pointer", "parameter", "seen", "allowed", "fix"):
            if (value := getattr(self, name)) is not None:
                members[name] = value
        if self.basis:
            members["basis"] = {"document": self.basis.document, "clause": self.basis.clause}
        return members | (self.more or {})


class Problem(Exception):
    """A call that cannot be carried out. Subclasses state code, status and texts; instances say what was seen."""

    code: ClassVar[str]
    status: ClassVar[int]
    title: ClassVar[str]
    title_en: ClassVar[str]
    cause: ClassVar[str]
    remedy: ClassVar[str]
    retryable: ClassVar[bool] = False
    retry_after_seconds: ClassVar[int | None] = None

    def __init_subclass__(cls) -> None:
        describe(
            cls.code,
            cls.title,
            cls.title_en,
            cause=cls.cause,
            remedy=cls.remedy,
            kind="problem",
            status=cls.status,
            retryable=cls.retryable,
        )

    def __init__(self, detail: str = "", *, faults: Iterable[Fault] = (), headers: dict[str, str] | None = None, **members: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or f"{self.cause}{self.remedy}"
        self.faults = tuple(faults)
        self.members = members
        self.headers = dict(headers or {})
        if self.retry_after_seconds is not None:
            self.headers.setdefault("Retry-After", str(self.retry_after_seconds))

    def wire(self, instance: str, request_id: str, *, english: bool = False) -> dict[str, Any]:
        """The answer's body. With `Accept-Language: en` title and detail are English, and what was seen is told in Chinese in `detail_zh`."""
        body: dict[str, Any] = {
            "type": f"/v1/problems/{self.code}",
            "title": self.title_en if english else self.title,
            "status": self.status,
            "code": self.code,
            "detail": f"{self.title_en}." if english else self.detail,
            "instance": instance,
            "request_id": request_id,
            "retryable": self.retryable,
        }
        body |= ({"detail_zh": self.detail} if english else {}) | self.members
        if self.faults:
            body["errors"] = [fault.wire() for fault in self.faults]
        return body


class Unreadable(Problem):
    code, status, title, title_en = "unreadable", 400, "请求无法读取", "The request cannot be read"
    cause, remedy = "请求体不是合法的 JSON 或表单。", "请检查格式和编码(UTF-8)后重新发送。"


class UnknownParameter(Problem):
    code, status, title, title_en = "unknown_parameter", 400, "未知的查询参数", "Unknown query parameter"
    cause, remedy = "查询参数不在本接口的参数表中。", "请对照接口文档改正参数名;系统不会忽略任何筛选条件。"


class InvalidParameter(Problem):
    code, status, title, title_en = "invalid_parameter", 400, "查询参数的值无效", "Invalid query parameter"
    cause, remedy = "查询参数或请求头的值不符合要求。", "请按 errors 中的说明改正。"


class InvalidCursor(Problem):
    code, status, title, title_en = "invalid_cursor", 400, "翻页游标无效", "Invalid cursor"
    cause, remedy = "游标已损坏,或属于另一组筛选条件。", "请去掉 cursor 参数,从第一页重新查询。"


class ServerDateRefused(Problem):
    code, status, title, title_en = "server_date_refused", 400, "不接受指定业务时间", "X-Server-Date is not accepted"
    cause, remedy = "X-Server-Date 只在测试环境有效,且须为带时区的 RFC 3339 时间。", "请去掉该请求头,或改正其格式。"


class Unauthenticated(Problem):
    code, status, title, title_en = "unauthenticated", 401, "未登录或令牌无效", "Not authenticated"
    cause, remedy = "请求没有令牌,或令牌已过期、签名不符。", "请在 /oauth2/token 或 /v1/sessions 重新取得令牌。"


class Forbidden(Problem):
    code, status, title, title_en = "forbidden", 403, "没有权限", "Not permitted"
    cause, remedy = "当前角色不能办理此事项。", "请由有权限的角色办理,或联系管理员。"


class NotFound(Problem):
    code, status, title, title_en = "not_found", 404, "没有找到", "Not found"
    cause, remedy = "该地址或编号不存在,或不在您的可见范围内。", "请核对编号。"


class MethodNotAllowed(Problem):
    code, status, title, title_en = "method_not_allowed", 405, "不支持该请求方法", "Method not allowed"
    cause, remedy = "该地址不支持这种请求方法。", "请查看响应头 Allow 和接口文档。"


class InvalidState(Problem):
    code, status, title, title_en = "invalid_state", 409, "当前状态不能这样办理", "Not possible in the current state"
    cause, remedy = "该事项当前的状态不允许此操作。", "请刷新后查看 allowed_actions。"


class Conflict(Problem):
    code, status, title, title_en = "conflict", 409, "与已有数据冲突", "Conflicts with existing data"
    cause, remedy = "提交的内容与已保存的数据冲突。", "请刷新后重新办理。"


class StaleVersion(Problem):
    code, status, title, title_en = "stale_version", 412, "内容已被他人修改", "The resource has changed"
    cause, remedy = "If-Match 与当前版本不一致。", "请重新读取,核对后再提交。"


class TooLarge(Problem):
    code, status, title, title_en = "too_large", 413, "请求过大", "Request too large"
    cause, remedy = "请求体超过大小上限。", "请拆分后分批发送。"


class UnsupportedMediaType(Problem):
    code, status, title, title_en = "unsupported_media_type", 415, "不支持的内容类型", "Unsupported media type"
    cause, remedy = "请求的 Content-Type 不是本接口接受的类型。", "请改用接口文档写明的类型,一般为 application/json。"


class Invalid(Problem):
    code, status, title, title_en = "invalid", 422, "提交的内容有误", "The content is not valid"
    cause, remedy = "提交的内容有一处或多处不符合要求。", "请按 errors 逐项改正。"


class PreconditionRequired(Problem):
    code, status, title, title_en = "if_match_required", 428, "缺少 If-Match", "If-Match is required"
    cause, remedy = "修改此类事项须带 If-Match 请求头。", "请先读取,取响应头 ETag 的值放入 If-Match。"


class TooManyRequests(Problem):
    code, status, title, title_en = "too_many_requests", 429, "请求过于频繁", "Too many requests"
    cause, remedy = "超过了每个调用方的请求频率。", "请按 Retry-After 等待后重试。"
    retryable, retry_after_seconds = True, 1


class Internal(Problem):
    code, status, title, title_en = "internal", 500, "系统内部错误", "Internal error"
    cause, remedy = "系统内部出错,本次操作没有保存。", "请把 request_id 告诉管理员。"


class UpstreamFailed(Problem):
    code, status, title, title_en = "upstream_failed", 502, "相关服务应答异常", "A neighbouring service failed"
    cause, remedy = "办理此事项所需的另一服务应答异常。", "请稍后重试;如仍失败,请把 request_id 告诉管理员。"
    retryable = True


class Relayed(UpstreamFailed):
    """A neighbour's own refusal, passed on with its code and words: it is in that service's catalogue."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(problem["detail"], **{name: problem[name] for name in problem.keys() - STANDARD_MEMBERS})
        self.__dict__.update(
            code=problem["code"],
            status=problem["status"],
            title=problem["title"],
            title_en=problem["title"],
            retryable=problem["retryable"],
        )


class Unavailable(Problem):
    code, status, title, title_en = "unavailable", 503, "服务暂时不可用", "Service unavailable"
    cause, remedy = "办理此事项所需的服务或数据库暂时不可用,本次操作没有保存。", "请按 Retry-After 等待后重试。"
    retryable, retry_after_seconds = True, 2


class UpstreamTimeout(Problem):
    code, status, title, title_en = "upstream_timeout", 504, "相关服务应答超时", "A neighbouring service did not answer in time"
    cause, remedy = "办理此事项所需的另一服务没有按时应答。", "请稍后查询结果;带同一 Idempotency-Key 重试是安全的。"
    retryable, retry_after_seconds = True, 2


class IdempotencyKeyRequired(Problem):
    code, status, title, title_en = "idempotency_key_required", 400, "缺少 Idempotency-Key", "Idempotency-Key is required"
    cause, remedy = "涉及资金或安置的操作须带 Idempotency-Key 请求头。", "请为每次办理生成一个新的键;重试时用同一个键。"


class IdempotencyKeyReused(Problem):
    code, status, title, title_en = (
        "idempotency_key_reused",
        422,
        "Idempotency-Key 已用于另一请求",
        "Idempotency-Key was used for another request",
    )
    cause, remedy = "同一个键之前用于不同的请求。", "请为新的请求生成新的键。"


class RequestInProgress(Problem):
    code, status, title, title_en = "request_in_progress", 409, "相同请求正在办理", "The same request is in progress"
    cause, remedy = "带同一 Idempotency-Key 的请求还在办理中。", "请按 Retry-After 等待后用同一个键重试。"
    retryable, retry_after_seconds = True, 1


describe("unknown_field", "未知的字段", "Unknown field", cause="请求体中有本接口没有的字段。", remedy="请对照接口文档删除或改正字段名。")
describe("missing_field", "缺少必填字段", "Missing field", cause="缺少必填字段。", remedy="请补充该字段。")
describe("invalid_value", "字段的值无效", "Invalid value", cause="字段的值不符合要求。", remedy="请按 allowed 的说明改正。")
describe("missing_parameter", "缺少查询参数", "Missing parameter", cause="缺少必填的查询参数或请求头。", remedy="请补充该参数。")

VIOLATIONS: dict[str, type[Problem]] = {}


def violates(constraint: str, problem: type[Problem]) -> None:
    """Names the problem that a violated database constraint is answered with."""
    VIOLATIONS[constraint] = problem
