"""Certificates printed and signed: pages a second of one core in one file, and one at a time. Alone by `python -m tests.bench.prints`, in seconds and without
a stack."""

import base64
import time
from collections.abc import Iterator
from itertools import count

from deploy.keys import make_signer
from services.evaluation.prints import policy, reading

PAGES, ALONE, ROUNDS = 200, 10, 3
IN_ONE_FILE_AT_LEAST, ALONE_AT_LEAST = 100, 10


def page(serial: int) -> policy.Page:
    number = f"Y000052000123255{serial:06d}"
    url = policy.verify_url("https://skills.example.cn/verify", number)
    drawn = reading.code(url)
    return policy.Page(
        f"潘秀英{serial}", "5226**********0017", "电工", "初级工(五级)", number, "凯里第一机械厂", "2025年6月20日", "", url, drawn
    )


def measured() -> Iterator[tuple[str, float, float]]:
    """What, pages a second, and how many at least. No page is set twice: the typesetter remembers what it has set."""
    signer, serial = base64.b64decode(make_signer()), count(1)
    reading.made([page(next(serial))], signer)
    for what, files, pages, least in (
        (f"certificates printed and signed, {PAGES} in one file", 1, PAGES, IN_ONE_FILE_AT_LEAST),
        ("certificates printed and signed, one a file", ALONE, 1, ALONE_AT_LEAST),
    ):
        took = []
        for _ in range(ROUNDS):
            said = [[page(next(serial)) for _ in range(pages)] for _ in range(files)]
            began = time.process_time()
            for each in said:
                reading.made(each, signer)
            took.append(time.process_time() - began)
        yield what, files * pages / min(took), least


if __name__ == "__main__":
    for what, rate, least in measured():
        print(f"{what}: {rate:,.0f}/s, goal ≥ {least:,}/s")
