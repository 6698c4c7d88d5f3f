"""No number of a person comes out where it does not belong, whatever way it was put in: every operation of every service, from its own document.

Invented numbers go into paths, queries, headers, members' names and values, file and sheet names and cells; then nine of their digits in a row are looked
for in every refusal and every reading, in every header, in the log, the metrics, the trail, the feed, the answers kept for repeats and the jobs of sheets.
What a write answers when it succeeds is its paper, with what its caller put in, and is not looked at; no request here reveals anything.
"""

import asyncio
import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import httpx
import orjson
import pytest
from sqlalchemy import text

from shared.sheets import Table, write_book
from tests.conftest import SERVICES, Databases, Service, running
from tests.contracts import apps

ID, ID_WITH_X, OLD_ID, PHONE, CARD = "522601199003070025", "52260119900307001X", "522601751203048", "13987654321", "6217009876543210"
WIDE = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")
FORMS = (ID, ID.translate(WIDE), f"张{PHONE}", OLD_ID, CARD.translate(WIDE), "139 8765 4321", f"a{ID_WITH_X}b", PHONE.translate(WIDE), CARD)
NOBODYS = "01932f6e-7c1a-7abc-8def-0000000000aa"
SCHOOL = "01932f6e-7c1a-7000-8000-000000000001"
BOUND: dict[str, dict[str, Any]] = {
    "institution": {"institution_id": SCHOOL},
    "town": {"region_code": "522601100"},
    "person": {"trainee_id": NOBODYS},
    "department": {"department": "人社局"},
}
ROLES = ("officer", "reviewer", "finance", "admin", "auditor", "partner", "institution", "town", "department", "person")
PARTS = {number[place : place + 9] for number in (ID, ID_WITH_X[:-1], OLD_ID, PHONE, CARD) for place in range(len(number) - 8)}
HEADERS = {
    "traceparent": f"00-{ID:0>32}-{PHONE:0>16}-01",
    "If-Match": f'"{ID}"',
    "If-None-Match": f'"{ID}"',
    "X-Request-Id": CARD,
    "Accept-Language": f"en-{ID}",
    "User-Agent": PHONE,
    "baggage": f"phone={PHONE}",
}
FREE_TEXT = ("reason", "comment", "found")
ALIKE = ("limit", "cursor", "include_total", "wait")  # one piece of code reads them for all lists
KEPT = (
    "SELECT concat_ws(' ', actor, actor_name, request_id, origin, details) FROM audit",
    "SELECT concat_ws(' ', type, data) FROM changes",
    "SELECT concat_ws(' ', caller, key, headers) FROM idempotency_keys",
)

Request = dict[str, Any]


def leaked(said: str) -> str:
    """What of the numbers stands in a text, whatever script or encoding it is in; a separator between digits hides nothing."""
    plain = re.sub(r"[^\D0-9]", lambda found: str(unicodedata.decimal(found[0])), unquote(said))
    plain = re.sub(r"(?<=\d)[ \-](?=\d)", "", plain)
    return ", ".join(sorted(part for part in PARTS if part in plain))


class Asking:
    """One service, and what came out of it."""

    def __init__(self, service: Service, schemas: Mapping[str, Any]) -> None:
        self.service, self.schemas, self.found, self.asked = service, schemas, set[str](), 0
        self.forms, self.media_types = itertools.cycle(FORMS), itertools.cycle(("application/json", f"text/{PHONE}"))
        self.alike = set[str]()

    def caller(self, described: Mapping[str, Any]) -> httpx.AsyncClient:
        may = described["x-roles"]
        if "service" in may and not set(may) & set(ROLES):
            return self.service.internal()
        role = next((role for role in ROLES if role in may), "public")
        return self.service.as_(role, **BOUND.get(role, {}))

    async def ask(self, caller: httpx.AsyncClient, label: str, method: str, path: str, **sent: Any) -> httpx.Response:
        answer = await caller.request(method, path, **sent)
        self.asked += 1
        succeeded = answer.status_code < 300 and method != "GET"
        headers = " ".join(f"{name}: {value}" for name, value in answer.headers.items())
        if what := leaked(headers + ("" if succeeded else answer.text)):
            self.found.add(f"{label} {sent.keys()}: {what} in {answer.status_code} {headers} {answer.text}"[:600])
        if answer.status_code == 500:
            self.found.add(f"{label}: 500")
        return answer

    async def every_way(self, method: str, path: str, described: Mapping[str, Any]) -> None:
        label, caller, form = f"{method} {path}", self.caller(described), lambda: next(self.forms)
        there = re.sub(r"\{[^}]+\}", NOBODYS, path)
        lost = re.sub(r"\{[^}]+\}", lambda _: quote(form()), path) if "{" in path else f"{path}/{quote(form())}"
        await self.ask(caller, label, method, lost, headers={"traceparent": ID, "X-Request-Id": ID, "Idempotency-Key": f"{path} {PHONE}"})
        await self.ask(caller, label, method, there, params={form(): form(), f"no_{PHONE}": form()}, headers=HEADERS)
        for parameter in (each["name"] for each in described.get("parameters", []) if each["in"] == "query"):
            if parameter not in ALIKE or parameter not in self.alike:
                self.alike.add(parameter)
                await self.ask(caller, label, method, there, params={parameter: form()})
        media = described.get("requestBody", {}).get("content", {})
        if "application/json" in media:
            await self._every_body(caller, label, method, there, media["application/json"])
        elif "application/x-www-form-urlencoded" in media:
            await self.ask(caller, label, method, there, data={"grant_type": "client_credentials", "client_id": ID, "client_secret": PHONE})
            said = {"grant_type": PHONE, "scope": f"{ID} {PHONE}", PHONE: CARD}
            await self.ask(caller, label, method, there, data=said, auth=("local-officer", "local-officer"))
        elif media:
            await self._every_file(caller, label, there, next(iter(media.values())))

    async def _every_body(self, caller: httpx.AsyncClient, label: str, method: str, path: str, media: Mapping[str, Any]) -> None:
        def form() -> str:
            return next(self.forms)

        def wrong(place: int) -> Any:
            return (form(), int(CARD), {form(): form()}, [form(), int(ID)])[place % 4]

        example = media["example"] if "example" in media else next(iter(media["examples"].values()))["value"]
        bodies: list[Any] = [[form(), int(ID)]]
        if isinstance(example, dict):
            bodies = [
                example | {form(): form(), f"/{ID}~": 1},
                {name: wrong(place) for place, name in enumerate(example)},
                {name: wrong(place + 2) for place, name in enumerate(example)},
                {name: f"与 {form()} 有关" if isinstance(value, str) else value for name, value in example.items()},
                {name: f"与 {form()} 有关" if name in FREE_TEXT else value for name, value in example.items()},
            ]
        for number, body in enumerate(bodies):
            key = {"Idempotency-Key": f"{path}-{number}-{ID}", "If-Match": "*"}
            await self.ask(caller, label, method, path, content=orjson.dumps(body), headers={"Content-Type": "application/json"} | key)
        twice = f'{{"{ID}": 1, "{ID}": "{PHONE}"}}'.encode()
        await self.ask(caller, label, method, path, content=twice, headers={"Content-Type": next(self.media_types)})

    async def _every_file(self, caller: httpx.AsyncClient, label: str, path: str, media: Mapping[str, Any]) -> None:
        head = ["序号", "姓名", "公民身份号码", "性别", "联系电话", "人员类别", "户籍所在乡镇", "入职日期", "参保时间", f"备注{PHONE}"]
        rows = [[str(place), f"杨{form}", *[form] * 8] for place, form in enumerate(FORMS, 1)]
        rows += [["9", "杨秀英", "110105194912310021", *[form] * 7] for form in FORMS]
        book = write_book([Table(ID, head, rows), Table(OLD_ID, head, rows), Table(f"样表{PHONE}", head, [])])
        contents = {
            f"名册{CARD}.xlsx": book,
            f"{PHONE.translate(WIDE)}.csv": f"{ID},{PHONE}\n{CARD},{ID}".encode(),
            f"{ID}.pdf": b"%PDF-1.7",
        }
        example = {name: value for name, value in media["example"].items() if name != "file"}
        for kind in self._kinds(media["schema"]) or [""]:
            said = example | ({"kind": kind} if kind else {})
            for filename, content in contents.items():
                answer = await self.ask(caller, label, "POST", path, data=said, files={"file": (filename, content)})
                if answer.status_code == 422:  # what does not belong to this kind is left out
                    wrong = {fault.get("pointer", "")[1:] for fault in answer.json().get("errors", [])}
                    said = {name: value for name, value in said.items() if name not in wrong}
                    answer = await self.ask(caller, label, "POST", path, data=said, files={"file": (filename, content)})
                if location := answer.headers.get("location"):
                    await self._look(caller, f"{label} as {kind}", location)
        await self.ask(caller, label, "POST", path, data={ID: PHONE}, files={PHONE: (ID, b"x")})

    def _kinds(self, form: Mapping[str, str]) -> list[str]:
        """Of which kinds the file may be, and one that there is not."""
        of_form = self.schemas[form["$ref"].rpartition("/")[2]]["properties"].get("kind")
        return [*self.schemas[of_form["$ref"].rpartition("/")[2]]["enum"], ID] if of_form else []

    async def _look(self, caller: httpx.AsyncClient, label: str, location: str) -> None:
        """Every word of a job that is over, and of a file that was kept."""
        while True:
            answer = await self.ask(caller, label, "GET", location)
            if "json" not in answer.headers["content-type"] or answer.json().get("status") not in ("queued", "running"):
                return
            await asyncio.sleep(0.02)

    async def kept(self) -> None:
        """What stands in the database beside the papers."""
        async with self.service.kernel.reading() as session:
            wanted = "SELECT table_name FROM information_schema.columns WHERE column_name = 'header_rows' AND table_schema = 'public'"
            jobs = [
                f"SELECT concat_ws(' ', filename, errors, header_rows, caller) FROM {name}" for name in await session.scalars(text(wanted))
            ]
            for statement in (*KEPT, *jobs):
                rows = [str(row) for row in await session.scalars(text(statement))]
                self.found |= {f"{statement}: {what} in {row}"[:600] for row in rows if (what := leaked(row))}
        metrics = (await self.service.as_("public").get("/metrics")).text
        self.found |= {f"a metric: {line}" for line in metrics.splitlines() if leaked(line)}


def operations(document: Mapping[str, Any]) -> Iterable[tuple[str, str, Mapping[str, Any]]]:
    """Readings first: what a write keeps of the numbers they would rightly show."""
    every = [(method.upper(), path, described) for path, methods in document["paths"].items() for method, described in methods.items()]
    return sorted(every, key=lambda each: each[0] != "GET")


@pytest.mark.parametrize("name", SERVICES)
async def test_no_number_comes_out_of_a_service(
    name: str, databases: Databases, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = apps.app(name, tmp_path, await databases.lend(name))
    async with running(made) as service:
        document = apps.document(name)
        asking = Asking(service, document["components"]["schemas"])
        for method, path, described in operations(document):
            await asking.every_way(method, path, described)
        await asking.kept()
    told = capsys.readouterr()
    found = asking.found | {f"the log: {line}"[:400] for line in (told.out + told.err).splitlines() if leaked(line)}
    assert not found, f"{len(found)} of {asking.asked}:\n" + "\n".join(sorted(found))
    assert '"event":"request"' in told.out


@pytest.mark.parametrize("said", FORMS)
def test_a_leak_would_be_seen(said: str) -> None:
    assert leaked(f"x{said}y") and leaked(quote(said))
