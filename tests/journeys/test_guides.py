"""The guides of `docs/guides` are true: their code is run as it stands, from top to bottom, against a real system, and prints what they say it prints."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from markdown_it import MarkdownIt

from deploy.stack import Stack

GUIDES = sorted((Path(__file__).parents[2] / "docs/guides").glob("*.md"))
WRITTEN_FOR = "http://127.0.0.1:8000"
RUNS: dict[str, list[str]] = {  # what a language is run with; the file's name follows
    "sh": ["bash", "-euo", "pipefail"],
    "python": [sys.executable],
    "js": ["node"],
}
NEEDS = {"sh": ["bash", "curl"], "python": [sys.executable], "js": ["node"]}
ENDING = {"sh": "sh", "python": "py", "js": "mjs"}
MARK = "·-·-· end of a block ·-·-·"
SAYS = {"sh": f"\nprintf '\\n%s\\n' '{MARK}'\n", "python": f"\nprint('{MARK}', flush=True)\n", "js": f"\nconsole.log('{MARK}');\n"}


class Block(NamedTuple):
    """A piece of code and what it says it prints (None: nothing is said)."""

    line: int
    language: str
    code: str
    prints: str | None


def blocks(guide: Path) -> list[Block]:
    """Every piece of code; `text` after one is what it prints. Nothing else stands in a fence, so nothing goes untried."""
    found: list[Block] = []
    for fence in MarkdownIt().parse(guide.read_text()):
        if fence.type == "fence":
            line = fence.map[0] + 1 if fence.map else 0
            if fence.info in RUNS:
                found.append(Block(line, fence.info, fence.content, None))
            else:
                assert fence.info == "text" and found and found[-1].prints is None, f"{guide.name}:{line}: {fence.info} is not run"
                found[-1] = found[-1]._replace(prints=fence.content)
    return found


def paths(guide: Path, language: str) -> set[str]:
    """What a guide asks for, every name in a path by a star: `/v1/orders/*/pipeline`."""
    code = "".join(block.code for block in blocks(guide) if block.language == language)
    return {re.sub(r"\{[^}]*\}|\$\w+", "*", each) for each in re.findall(r"/(?:v1|oauth2)/(?:\{[^}]*\}|[^\s\"'?{])+", code)}


def as_told(told: str, printed: str) -> bool:
    """`…` stands for anything within a line."""
    pattern = ".*".join(map(re.escape, told.strip().split("…")))
    return re.fullmatch(pattern, printed.strip()) is not None


@pytest.mark.parametrize(
    ("guide", "language"),
    [
        pytest.param(guide, language, id=f"{guide.stem}-{language}")
        for guide in GUIDES
        for language in dict.fromkeys(block.language for block in blocks(guide))
    ],
)
def test_a_guides_code_prints_what_it_says(stack: Stack, tmp_path: Path, guide: Path, language: str) -> None:
    own = [block for block in blocks(guide) if block.language == language]
    if missing := [needed for needed in NEEDS[language] if not shutil.which(needed)]:
        pytest.skip(f"NOT CHECKED: without {missing} nobody tried the {language} of {guide.name}")
    program = tmp_path / f"guide.{ENDING[language]}"
    program.write_text("".join(block.code.replace(WRITTEN_FOR, stack.gateway_url) + SAYS[language] for block in own))
    done = subprocess.run(
        [*RUNS[language], program],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env=os.environ | {"NO_PROXY": "*"},
    )
    printed = done.stdout.split(MARK)
    for block, seen in zip(own, printed, strict=False):
        assert block.prints is None or as_told(block.prints, seen), f"{guide.name}:{block.line} prints\n{seen}\n{done.stderr[-3000:]}"
    assert done.returncode == 0, f"{guide.name}:{own[len(printed) - 1].line} ends with\n{printed[-1]}\n{done.stderr[-3000:]}"


@pytest.mark.parametrize(
    ("told", "printed", "true"),
    [
        pytest.param("a … c\n", "a b c", True, id="anything-within-a-line"),
        pytest.param("a … c", "a b\nc", False, id="but-not-the-end-of-one"),
        pytest.param("a", "a\nb", False, id="nothing-is-left-over"),
        pytest.param("(a)", "(a)", True, id="every-sign-stands-for-itself"),
    ],
)
def test_dots_stand_for_anything_within_a_line(told: str, printed: str, true: bool) -> None:
    assert as_told(told, printed) is true


def test_the_partner_is_shown_every_call_with_curl_and_in_python() -> None:
    guide = next(each for each in GUIDES if each.stem == "partner")
    python, curl = paths(guide, "python"), paths(guide, "sh")
    assert len(python) > 20
    assert python - curl == set()
