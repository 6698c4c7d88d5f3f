"""`python -m tests.oracle.cases` writes `docs/cases`: claims with their facts and terms, and what each line is judged to be, for another implementation to be held
to the same answers. All of them are invented; the same command writes the same files."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.oracle.receipts import receipts
from tests.oracle.recompute import stated

FOLDER = Path(__file__).resolve().parents[2] / "docs/cases"
FIRST, SEEDS, OF_EACH = 280, 450, 8
README = """# 判定用例

每个 JSON 文件是一张虚构的申领单:判定所用的全部事实(`facts`)、条款全文(`terms`)、工种名称怎样读(`trades`),以及逐行应得的结论、金额和意见(`lines[].judged`)。
没有写出的成员即为 null。
另一套系统读入事实和条款,逐行算出的结论、金额和意见代码应与此相同。
摘要的算法与判定凭证(`GET /v1/claims/{id}/receipt`)相同:去掉 null、成员按名称排序、没有空白的 UTF-8 JSON 的 SHA-256。
`tests/oracle/recompute.py` 只用 Python 标准库,可作对照:`python tests/oracle/recompute.py docs/cases/*.json`。由 `python -m tests.oracle.cases` 生成。
"""


def cases() -> Iterator[dict[str, Any]]:
    """The first that come, then those with a finding of which there are few."""
    seen: Counter[tuple[str, str]] = Counter()
    made = 0
    for seed in range(SEEDS):
        for each in receipts(f"case {seed}"):
            found = {(finding["code"], finding["effect"]) for line in each["lines"] for finding in line["judged"]["findings"]}
            if made < FIRST or any(seen[one] < OF_EACH for one in found):
                seen.update(found)
                made += 1
                yield each


def written() -> dict[str, str]:
    """By name of file, what stands in it."""
    return {"README.md": README} | {f"{number:03}.json": _json(each) for number, each in enumerate(cases(), 1)}


def _json(case: dict[str, Any]) -> str:
    """Of the findings what another implementation must find, not how we put it; without what is null, so that a fact that is added later changes no case."""
    for line in case["lines"]:
        line["judged"]["findings"] = [{name: each[name] for name in ("code", "effect")} for each in line["judged"]["findings"]]
    return json.dumps(stated(case), ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def read() -> Iterator[dict[str, Any]]:
    """The cases as they stand in the folder."""
    for path in sorted(FOLDER.glob("*.json")):
        yield json.loads(path.read_text())


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    made = written()
    for path in FOLDER.iterdir():
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text)
