"""The page on which anyone verifies a certificate, and the one on which who holds a paper that does not verify says so: forms, and above them what the
services answered. They need no script."""

import re
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

from gateway.pages import reading as pages
from gateway.verification.clients import Answer, Received
from shared import codes

_HERE = Path(__file__).parent
_PAGE = pages.framed("/verify", "证书核验", (_HERE / "form.html").read_text())
_COMPLAINT = pages.framed("/verify", "投诉证书", (_HERE / "complaint.html").read_text())


def page(number: str, name: str = "", answer: str = "") -> str:
    """The form, filled with what was asked; `answer` is markup."""
    return _PAGE.replace("{answer}", answer).replace("{number}", escape(number)).replace("{name}", escape(name))


def complaint(given: Mapping[str, str], answer: str = "") -> str:
    """The form of a complaint, filled with what was said so far."""
    shown = {name: escape(value) for name, value in given.items()} | {"answer": answer}
    return re.sub(r"\{(\w+)\}", lambda found: shown[found[1]], _COMPLAINT)


def received(said: Received) -> str:
    rows = {"投诉编号": said.number, "查询码": said.code, "答复期限": said.due_on}
    listed = "".join(f"<dt>{label}</dt><dd>{escape(value)}</dd>" for label, value in rows.items() if value)
    note = "请抄下编号和查询码,凭此查询办理情况;查询码只在此给出。"
    return f'<section class="box good" role="status"><h2>已收到投诉</h2><dl>{listed}</dl><p>{note}</p></section>'


def answered(said: Answer) -> str:
    if said.number is None:
        return not_found()
    title = "证书有效" if said.valid else "证书无效"
    rows = "".join(f"<dt>{label}</dt><dd>{escape(value)}</dd>" for label, value in _rows(said) if value)
    detail = f"<p>{escape(said.detail)}</p>" if said.detail else ""
    return f'<section class="box {"good" if said.valid else "bad"}" role="status"><h2>{title}</h2>{detail}<dl>{rows}</dl></section>'


def not_found() -> str:
    return (
        '<section class="box bad" role="status"><h2>没有相符的证书</h2><p>没有编号和姓名都相符的证书。请对照证书核对后再试。'
        '疑为伪造的,可以<a href="/verify/complaint">投诉</a>。</p></section>'
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
