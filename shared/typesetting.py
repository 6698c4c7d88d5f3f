"""Papers as PDF: a typst template, what it says as JSON, and fonts of which what is used is embedded, so that every machine prints the same."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pylopdf_fonts_zh_cn
import typst


def typeset(template: Path, told: Mapping[str, Any]) -> bytes:
    """The PDF; the same is said the same. Blocks for some tens of milliseconds without holding up other threads: called in one of its own."""
    made: bytes = typst.compile(str(template), font_paths=_fonts(), sys_inputs={"data": json.dumps(told, ensure_ascii=False)})
    return made


@cache
def _fonts() -> Any:
    """Two families with thirty thousand characters, rare ones of names among them; of the machine's own none."""
    folder = Path(pylopdf_fonts_zh_cn.sans_path()).parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
