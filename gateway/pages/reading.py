"""Pages and the files they are made of, read once and sent with their digest: what the browser has already is answered 304, and a new release holds at once.

A page is the frame around a title, a script and what stands there before it runs. All of it comes from this server, and nothing of it is written into the
page itself: no inline script, no inline style.
"""

import re
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path
from typing import Final

from shared import county
from shared.web import documents

_HERE: Final = Path(__file__).parent
_TYPES: Final = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".png": "image/png", ".html": "text/html"}
FILES: Final[Mapping[str, Path]] = {path.name: path for path in sorted(_HERE.iterdir()) if path.suffix in (".js", ".css", ".svg")}
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"
)
_IMPORT: Final = re.compile(r'from "/pages/([^"]+)"')
_NEEDS_A_SCRIPT: Final = '    <noscript><p class="box bad">本页需要浏览器运行脚本(JavaScript)。请允许后重新打开。</p></noscript>'
UNSCRIPTED: Final = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


@cache
def file(path: Path, policy: str = "") -> documents.Sent:
    return documents.Sent(path.read_bytes(), _TYPES[path.suffix], _head(policy))


@cache
def page(markup: str, policy: str = POLICY) -> documents.Sent:
    return documents.Sent(markup.encode(), "text/html", _head(policy))


def _head(policy: str) -> dict[str, str]:
    return {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"} if policy else {}


@cache
def scripted(path: str, title: str, script: str) -> str:
    """The page at `path`, which `script` fills."""
    ahead = [f'  <link rel="modulepreload" href="/pages/{name}">' for name in _imported(script)]
    return framed(path, title, _NEEDS_A_SCRIPT, "\n".join([*ahead, f'  <script type="module" src="/pages/{script}"></script>']))


def _imported(script: str) -> list[str]:
    """What the script imports, and what that imports: asked for at once, and not each when the one before it has been read."""
    found = [script]
    for name in found:
        found += [each for each in dict.fromkeys(_IMPORT.findall(FILES[name].read_text())) if each not in found]
    return found[1:]


def framed(path: str, title: str, content: str, head: str = "") -> str:
    """`content` and `head` are markup."""
    frame = (_HERE / "frame.html").read_text()
    frame = frame.replace(f'<a href="{path}"', f'<a href="{path}" aria-current="page"')
    return (
        frame.replace("{title}", escape(title))
        .replace("{system}", escape(county.here().title))
        .replace("{head}", head)
        .replace("{content}", content)
    )
