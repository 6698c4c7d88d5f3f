"""The guides of `docs/guides` as pages: Markdown, rendered when it is first asked for. Their code is run as a test."""

from functools import cache
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt

_HERE = Path(__file__).parent
GUIDES = {path.stem: path for path in (_HERE.parents[1] / "docs/guides").glob("*.md")}
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")


@cache
def guide(name: str) -> str:
    """One of `GUIDES` as a page. Its first line is its title."""
    written = GUIDES[name].read_text()
    title = written.partition("\n")[0].removeprefix("# ")
    frame = (_HERE / "guide.html").read_text()
    return frame.replace("{title}", escape(title)).replace("{guide}", _MARKDOWN.render(written))
