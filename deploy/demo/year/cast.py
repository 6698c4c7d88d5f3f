"""Who plays: the accounts, the institutions with their teachers and reports, the money, the trades, and the people of the city."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from deploy.demo import people
from deploy.demo.main_job import Job, Person
from deploy.demo.second_half import PROOF
from deploy.demo.year.reading import Course, Story

AT_ONCE = 4
OPENED_ON = "2024-01-08"  # accounts and institutions are there before the first class
DAYS_OF_BIRTH = 16_000  # people are born from 1960 on
FAR_FROM_RETIREMENT = 4_800  # the first day of birth of who comes to other than short courses
BLOCK = 450  # of people's numbers: nobody else of the demonstrations has them
CATEGORIES = {
    "agricultural_short": ("rural_worker", "rural_transfer_worker", "cooperative_member", "out_of_poverty_worker", "returning_migrant"),
    "project": ("rural_transfer_worker", "registered_unemployed", "poverty_family_child", "other_worker"),
    "startup": ("returning_migrant", "veteran", "college_student"),
    "social": ("other_worker",),
    "enterprise": ("enterprise_employee",),
}
T = TypeVar("T")
R = TypeVar("R")


def together(do: Callable[[T], R], each: Iterable[T]) -> list[R]:
    """As a few clerks at once; answers in the order asked for."""
    with ThreadPoolExecutor(AT_ONCE) as several:
        return list(several.map(do, each))


@dataclass(frozen=True)
class Someone:
    """One of the people, as registered."""

    id: str
    name: str
    id_number: str


class Cast:
    """Everybody and everything that later parts ask for by name."""

    def __init__(self, job: Job, story: Story) -> None:
        self.job, self.story, self.public = job, story, job.public
        self.users = dict[str, Person]()
        self.holders = dict[str, str]()
        self.funds = dict[str, str]()
        self.numbers = {name: iter(range(10_000)) for name in ("agricultural_short", "other")}
        self.families, self.given = story["names"]["families"], story["names"]["given"]
        on = story.day.isoformat()
        listed = {noun: job.officer.do("GET", f"/v1/{noun}?limit=200", on=on)["items"] for noun in ("regions", "occupations")}
        self.towns = {each["name"]: each["code"] for each in listed["regions"]}
        self.occupations = {each["name"]: each["code"] for each in listed["occupations"]}
        self.filed = {name: story["trades"]["filed"].format(n=n) for n, name in enumerate(story["trades"]["names"], 1)}

    # who acts

    @property
    def officer(self) -> Person:
        return self.users["lu-jingban"]

    @property
    def window(self) -> Person:
        """The officer who enters claims for people, and so must not review them."""
        return self.users["wei-chuangkou"]

    @property
    def reviewer(self) -> Person:
        return self.users["luo-fushen"]

    @property
    def finance(self) -> Person:
        return self.users["shi-caiwu"]

    @property
    def partner(self) -> Person:
        return self.users["foshan-gongzuozu"]

    def of(self, role: str, bound_to: str) -> Person:
        """Who is bound to that town, or to that department."""
        return self.users[next(told["login"] for told in self.story["users"] if told.get(role) == bound_to)]

    def trade_of(self, name: str) -> dict[str, str]:
        """The members of a paper that say the trade."""
        if name in self.occupations:
            return {"occupation_code": self.occupations[name]}
        return {"trade_name": name, "trade_filing_no": self.filed[name]}

    # 1: accounts, institutions, money, rates

    def appear(self) -> None:
        actors = together(self._actor, self.story["users"])
        self.users = {told["login"]: actor for told, actor in zip(self.story["users"], actors, strict=True)}
        made = together(self._institution, self.story["holders"])
        self.holders = {told["key"]: one for told, one in zip(self.story["holders"], made, strict=True)}
        together(self._introduce, self.story["holders"])
        self._money()
        for name, number in self.filed.items():
            body = {"number": number, "trade_name": name, "document": number, "from_on": "2024-01-01"}
            self.officer.do("POST", "/v1/trade-filings", on=OPENED_ON, json=body)
        for status in ("employee_pension", "public_payroll", "full_time_student", "deceased", "resident_pension"):
            body = {"status": status, "source": "州数据共享交换平台", "complete_from_on": "2024-01-01", "complete_to_on": "2025-12-31"}
            self.officer.do("POST", "/v1/status-lists", on=self.story.day.isoformat(), json=body)

    def _actor(self, told: Mapping[str, Any], **bound: str) -> Person:
        """Acts by a client; who is told to sign in has a name and a password too, and is the same person."""
        if "town" in told:
            bound["region_code"] = self.towns[told["town"]]
        if "department" in told:
            bound["department"] = told["department"]
        body = {"name": told["name"], "role": told["role"]} | bound
        made = self.job.admin.do("POST", "/v1/clients", on=OPENED_ON, json=body)
        if told.get("signs_in", True):
            account = {"login": told["login"], "password": password(told["login"]), "person_id": made["person_id"]}
            self.job.admin.do("POST", "/v1/users", on=OPENED_ON, json=body | account)
        return self.job.person(made["client_id"], made["client_secret"])

    def _institution(self, told: Mapping[str, Any]) -> str:
        enterprise = told["kind"] == "enterprise"
        body = {
            "name": told["name"],
            "uscc": told["uscc"],
            "kind": told["kind"],
            "region_code": self.towns[told["town"]],
            "above_scale": enterprise,
            "phone": f"1398550{int(told['uscc'][12:14], 36) % 10_000:04d}",
            "bank_account": f"62220266{int(told['uscc'][8:17], 36) % 10**9:09d}",
        }
        made = self.officer.do("POST", "/v1/institutions", on=OPENED_ON, json=body)["id"]
        if told["kind"] in ("private_school", "vocational_college", "technical_school", "assessment_organisation"):
            self.officer.act(f"/v1/institutions/{made}", "designate", {"from_on": "2024-01-01", "to_on": "2026-12-31"}, on=OPENED_ON)
        return str(made)

    def _introduce(self, told: Mapping[str, Any]) -> None:
        """The manager's account, teachers, ratings, yearly reports, the survey, the seats."""
        key, one = told["key"], self.holders[told["key"]]
        manager = {"login": key, "name": f"{told['name']}经办", "role": "institution", "signs_in": told.get("signs_in", False)}
        self.users[key] = self._actor(manager, institution_id=one)
        paper = f"/v1/institutions/{one}"
        teachers = [
            {"name": name, "id_number": _teacher(told["uscc"], n), "employment": employment, "from_on": "2024-01-01"}
            for n, (name, employment) in enumerate(told.get("teachers", ()))
        ]
        if teachers:
            self.users[key].do("POST", f"{paper}/teachers:batch", on=OPENED_ON, json=whole(teachers))
        for year, result in told.get("ratings", ()):
            self.officer.do("POST", f"{paper}/ratings", on=f"{year + 1}-01-20", json={"year": year, "result": result})
        for report in told.get("reports", ()):
            self.users[key].do("POST", f"{paper}/yearly-reports", on=self.story.day.isoformat(), json=report)
        if "survey" in told:
            workers, certified, willing = told["survey"]
            body = {"year": 2025, "technical_workers": workers, "certified_workers": certified, "willingness": willing}
            self.users[key].do("POST", "/v1/enterprise-surveys", on="2025-03-12", json=body | {"surveyed_on": "2025-03-12"})
        if "seats" in told:
            body = {"year": 2025, "institution_id": one, "channel": "agricultural_short", "seats": told["seats"]}
            self.officer.do("POST", "/v1/seat-plans", on="2025-01-06", json=body)

    def _money(self) -> None:
        for told in self.story["funds"]:
            body = {"source": told["source"], "year": 2025, "total": told["total"]}
            made = self.finance.do("POST", "/v1/funds", on="2025-01-06", json=body)["id"]
            self.funds |= dict.fromkeys(told["schemes"], made)
        together(self._rate, self.story["rates"]["figures"].items())

    def _rate(self, told: tuple[str, Mapping[str, Any]]) -> None:
        """Another block of the scheme, as two administrators publish it."""
        scheme, figures = told
        path, on = f"/v1/schemes/{scheme}/terms", "2025-04-16"
        block = self.job.admin.do("GET", f"/v1/schemes/{scheme}?on=2025-01-01", on=on)["terms"]["block"]
        kept = {name: value for name, value in block.items() if not name.startswith("yuan_")}
        others = [each | {"applies_to": [name for name in each["applies_to"] if name not in figures]} for each in block["other_basis"]]
        rates = self.story["rates"]
        source = {"document": rates["document"], "clause": "一", "basis_status": "confirmed", "in_force_from": str(rates["in_force_from"])}
        figures = {name: str(value) if name == "in_force_from" else value for name, value in figures.items()}
        body = kept | source | figures | {"other_basis": [each for each in others if each["applies_to"]]}
        proposed = self.job.admin.do("POST", path, on=on, json=body)
        self.users["tang-guanli"].do("POST", f"{path}/{proposed['id']}:approve", on=on, json={})

    # 2: the people

    def register(self, course: Course) -> list[Someone]:
        """The people of a class, registered by who holds it, and those in it who will not be paid for."""
        bodies = [self._body(course) for _ in range(course.people)]
        for kind, count in course.flaws:
            bodies += [self._body(course) | self._flawed(course, kind) for _ in range(count) if kind not in ("twice", "absent")]
        kept = self.users[course.holder].do("POST", "/v1/trainees:batch", on=self._filed(course), json=whole(bodies))
        named = zip(kept["items"], bodies, strict=True)
        return [Someone(item["id"], body["name"], body["id_number"]) for item, body in named]

    def _filed(self, course: Course) -> str:
        return min(course.starts_on, self.story.day).isoformat()

    def _body(self, course: Course) -> dict[str, Any]:
        rural = course.of_kind == "agricultural_short"
        number = next(self.numbers["agricultural_short" if rural else "other"])
        oldest = 0 if rural else FAR_FROM_RETIREMENT
        n = DAYS_OF_BIRTH * (BLOCK + (not rural)) + oldest + number * 53 % (DAYS_OF_BIRTH - oldest)
        towns, categories = self._neighbours(course.town), CATEGORIES[course.of_kind]
        body = people.trainee(
            n,
            name=self.families[number % len(self.families)] + self.given[(number * 7 + number // len(self.given)) % len(self.given)],
            region_code=towns[0] if number % 10 < 7 else towns[number % len(towns)],
            categories=[{"code": categories[number % len(categories)], "since_on": "2023-06-01"}],
            bank_account=f"622848{n:013d}",
        )
        if n % 2 == 0:
            body["retirement_track"] = "female_55"
        if course.of_kind == "enterprise":
            body["employer_id"] = self.holders[course.holder]
        return body

    def _neighbours(self, town: str) -> list[str]:
        every = [code for code in self.towns.values() if len(code) == len(self.towns[town])]
        at = every.index(self.towns[town])
        return every[at:] + every[:at]

    def _flawed(self, course: Course, kind: str) -> dict[str, Any]:
        n = next(self.numbers["other"])
        if kind == "old":
            return {"id_number": people.id_number(n, born_on=date(1957, 3, 1 + n % 28))}
        if kind == "category":
            return {"categories": [{"code": "graduating_student", "since_on": "2023-06-01"}]}
        if kind == "late":
            return {"categories": [{"code": "rural_worker", "since_on": course.ends_on.isoformat()}]}
        return {}

    def upload(self, person: Person, name: str, on: str) -> str:
        return str(person.do("POST", "/v1/files", on=on, files={"file": (name, PROOF)})["id"])


def whole(items: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {"mode": "commit", "atomic": "all", "items": list(items)}


def password(login: str) -> str:
    """Of this demonstration only, and no secret: it is printed."""
    return f"yanshi-{login}-2025"


def halves(days: Iterable[date]) -> Iterator[tuple[str, str]]:
    return ((day.isoformat(), half) for day in days for half in ("am", "pm"))


def _teacher(uscc: str, n: int) -> str:
    return people.id_number(int(uscc[10:16], 36) % 90_000 * 4 + n, born_on=date(1975, 1 + n, 5 + int(uscc[15], 36) % 20))
