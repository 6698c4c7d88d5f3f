"""The verification page in a real browser: Debian's chromium, driven by its own command line. The form is sent by a page of ours that fills it in, as a
hand would; what the browser shows then is what the citizen sees."""

import html
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.demo.main_job import Job
from deploy.postgres import FAST_SETTINGS
from deploy.stack import Stack
from tests import people
from tests.evaluation.made import certificate

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = [pytest.mark.drill, pytest.mark.skipif(BROWSER is None, reason="NO BROWSER: install chromium, or the page is seen by nobody")]
SENT = '<form method="post" action="{to}"><input name="number" value="{number}"><input name="name" value="{name}"></form>'


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(database_settings=FAST_SETTINGS) as running:
        yield running


def seen(url: str, place: Path) -> tuple[str, str]:
    """The document as the browser made it, and what it complained of."""
    command = [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={place / 'profile'}", "--window-size=390,844"]
    command += ["--enable-logging=stderr", "--virtual-time-budget=5000", "--dump-dom", url]
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120)
    return told.stdout, "\n".join(line for line in told.stderr.splitlines() if "CONSOLE" in line)


def sent(stack: Stack, place: Path, number: str, name: str) -> tuple[str, str]:
    form = SENT.format(to=f"{stack.gateway_url}/verify", number=html.escape(number), name=html.escape(name))
    (place / "hand.html").write_text(f'<meta charset="utf-8">{form}<script>document.forms[0].submit()</script>', encoding="utf-8")
    return seen((place / "hand.html").as_uri(), place)


def test_a_citizen_reads_the_answer_and_the_browser_complains_of_nothing(stack: Stack, tmp_path: Path) -> None:
    with Job(stack.gateway_url) as job:
        holder = job.officer.do("POST", "/v1/trainees", on="2025-03-01", json=people.trainee(1))
        number = job.officer.do("POST", "/v1/certificates", on="2025-03-02", json=certificate(holder["id"]))["number"]
    filled, complaints = seen(f"{stack.gateway_url}/verify?number={number}", tmp_path)
    assert f'value="{number}"' in filled and not complaints
    valid, complaints = sent(stack, tmp_path, number, people.name(1))
    assert "证书有效" in valid and "初级工" in valid and not complaints
    unlike = [sent(stack, tmp_path, *both)[0] for both in ((number, "龙阿妹"), ("S000052000009245999999", "龙阿妹"))]
    answers = {each[each.index("<section") : each.index("</section>")] for each in unlike}
    assert len(answers) == 1 and "没有相符的证书" in answers.pop()
