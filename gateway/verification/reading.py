"""The page on which anyone verifies a certificate: a form, and above it what the certificates' service answered. It needs no script."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

from gateway.pages import reading as pages
from gateway.verification.clients import Answer
from shared import codes

_FORM = (Path(__file__).parent / "form.html").read_text()
_PAGE = pages.framed("/verify", "证书核验", _FORM)


def page(number: str, name: str = "", answer: str = "") -> str:
    """The form, filled with what was asked; `answer` is markup."""
    return _PAGE.replace("{answer}", answer).replace("{number}", escape(number)).replace("{name}", escape(name))


def answered(said: Answer) -> str:
    if said.number is None:
        return not_found()
    title = "证书有效" if said.valid else "证书无效"
    rows = "".join(f"<dt>{label}</dt><dd>{escape(value)}</dd>" for label, value in _rows(said) if value)
    detail = f"<p>{escape(said.detail)}</p>" if said.detail else ""
    return f'<section class="box {"good" if said.valid else "bad"}" role="status"><h2>{title}</h2>{detail}<dl>{rows}</dl></section>'


def not_found() -> str:
    return (
        '<section class="box bad" role="status"><h2>没有相符的证书</h2><p>没有编号和姓名都相符的证书。请对照证书核对后再试。</p></section>'
    )


def unanswered(title: str, what_to_do: str) -> str:
    return f'<section class="box bad" role="alert"><h2>{escape(title)}</h2><p>{escape(what_to_do)}</p></section>'


def _rows(said: Answer) -> Iterator[tuple[str, str | None]]:
    yield "证书种类", said.kind and codes.label("certificate_kind", said.kind)
    yield "证书编号", said.number
    yield "持证人", said.name
    yield "职业(工种)", said.occupation_name or said.occupation_code
    yield "技能等级", said.level and codes.label("level", said.level)
    yield "发证机构", said.issuer
    yield "发证日期", said.issued_on
    yield "撤销日期", said.revoked_on
    if said.edition and said.edition > 1:
        yield "印制", f"第 {said.edition} 次({said.printed_on} 补发);此前印制的已作废"
    yield "核验日期", said.on
