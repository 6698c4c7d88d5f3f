"""The classes: proposed, approved, attended, over; past ones as the ledgers tell; filings, exams and certificates; and who found work."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from deploy.demo.year.cast import Cast, Someone, halves, together, whole
from deploy.demo.year.reading import Course, after, before
from shared.sheets import Table, write_book

FILED_DAYS_BEFORE = 20
ASSESSORS = "pingjia"
PAST_AT_MOST = 5  # classes in one request, so that a machine that does other work too answers in time
ATTENDANCE_AT_MOST = 500
EMPLOYERS = ("凯里黔电电子有限公司", "凯里开发区联创物流有限公司", "贵阳云岩家政服务部", "黔东南百灵餐饮有限公司")


class Training:
    """What has been taught so far: of each class its id and its people."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.story = cast, cast.story
        self.ids = dict[Course, str]()
        self.people = dict[Course, list[Someone]]()
        self.certified = dict[Course, dict[str, str]]()  # trainee: certificate
        self.filings = dict[str, str]()
        self.orders = dict[str, str]()

    def until(self, day: date) -> str:
        """That day; or the last one of the story, if it has not come."""
        return min(day, self.story.day).isoformat()

    # the classes of the year

    def hold_all(self) -> None:
        mine = [each for each in self.story.courses if not each.imported]
        together(self._gather, mine)
        self._send_records(mine)
        together(self.hold, mine)

    def _gather(self, course: Course) -> None:
        self.people[course] = [] if course.turn else self.cast.register(course)

    def _send_records(self, courses: Sequence[Course]) -> None:
        """Some turn out to be paid by the public purse."""
        payroll = [
            {"id_number": someone.id_number, "status": "public_payroll", "from_on": "2024-01-01", "source": "市财政局"}
            for course in courses
            for someone in self._flawed(course, "payroll")
        ]
        if payroll:
            self.cast.officer.do("POST", "/v1/status-records:batch", on="2025-01-10", json=whole(payroll))

    def _flawed(self, course: Course, kind: str) -> list[Someone]:
        """Those of that kind; they were registered after the others, in the order of the flaws."""
        at = course.people
        for each, count in course.flaws:
            if each in ("twice", "absent"):
                continue
            if each == kind and self.people[course]:
                return self.people[course][at : at + count]
            at += count
        return []

    def hold(self, course: Course) -> None:
        """As far as the story's day has come, and as the class's turn lets it."""
        holder, officer = self.cast.users[course.holder], self.cast.officer
        filed_on = before(course.starts_on, FILED_DAYS_BEFORE).isoformat()
        made = holder.do("POST", "/v1/classes", on=filed_on, json=self._paper(course))
        self.ids[course], paper = made["id"], f"/v1/classes/{made['id']}"
        if course.turn == "draft":
            return
        holder.do("POST", f"{paper}:submit", on=filed_on, json={})
        decided_on = self.until(after(date.fromisoformat(filed_on), 3))
        match course.turn:
            case "submitted":
                return
            case "returned":
                officer.do("POST", f"{paper}:return", on=decided_on, json={"reason": "授课教师未填写,请补充后再报。"})
                return
            case "rejected":
                officer.do("POST", f"{paper}:reject", on=decided_on, json={"reason": "本季度家政班已排满,请并入下一期。"})
                return
        officer.do("POST", f"{paper}:approve", on=decided_on, json={})
        if course.turn == "cancelled":
            holder.do("POST", f"{paper}:cancel", on=decided_on, json={"reason": "连日降雨,采摘园无法实训。"})
            return
        self._enrol(course, paper)
        if course.starts_on <= self.story.day:
            self._teach(course, paper)

    def _paper(self, course: Course) -> dict[str, Any]:
        body = self.cast.trade_of(course.trade) | {
            "name": course.name,
            "channel": course.channel,
            "programmes": list(course.programmes),
            "starts_on": course.starts_on.isoformat(),
            "ends_on": course.ends_on.isoformat(),
            "hours": course.hours,
            "seats": course.people + 20,
            "region_code": self.cast.towns[course.town],
            "demonstration": course.demonstration,
        }
        if course.level:
            body["level"] = course.level
        if course.order:
            body["order_id"] = self.orders[course.order]
        elif course.channel == "project":
            agreed = {"employer": {"name": EMPLOYERS[course.row % len(EMPLOYERS)]}, "posts": course.people}
            on = before(course.starts_on, FILED_DAYS_BEFORE + 10).isoformat()
            body["posts"] = [agreed | {"occupation_code": body["occupation_code"], "agreed_on": on}]
        return body

    def _enrol(self, course: Course, paper: str) -> None:
        on = self.until(before(course.starts_on, 2))
        own = [{"trainee_id": someone.id} for someone in self.people[course]]
        self.cast.users[course.holder].do("POST", f"{paper}/enrolments:batch", on=on, json=whole(own))
        if guests := self._taught_before(course):
            self.people[course] += guests
            self.cast.officer.do("POST", f"{paper}/enrolments:batch", on=on, json=whole({"trainee_id": someone.id} for someone in guests))

    def _taught_before(self, course: Course) -> list[Someone]:
        """Who learned the same trade earlier in the year, and comes again."""
        wanted = sum(count for kind, count in course.flaws if kind == "twice")
        earlier = [each for each in self.story.courses if each.trade == course.trade and each.ends_on < course.starts_on and not each.turn]
        return self.people[earlier[0]][:wanted] if earlier else []

    def _teach(self, course: Course, paper: str) -> None:
        holder = self.cast.users[course.holder]
        holder.do("POST", f"{paper}:start", on=course.starts_on.isoformat(), json={})
        taught = [day for day in course.taught if day <= self.story.day]
        over_on = self.until(after(course.ends_on, 1))
        absent = sum(count for kind, count in course.flaws if kind == "absent")
        signed = [
            {"trainee_id": someone.id, "on": on, "half_day": half, "source": "device"}
            for n, someone in enumerate(self.people[course])
            for on, half in halves(taught)
            if not (n < absent and half == "pm") and not (n % 11 == 5 and (on, half) == (taught[-1].isoformat(), "pm"))
        ]
        for n in range(0, len(signed), ATTENDANCE_AT_MOST):
            some = whole(signed[n : n + ATTENDANCE_AT_MOST])
            holder.do("POST", f"{paper}/attendance:batch", on=self.until(course.ends_on), json=some)
        if course.ends_on < self.story.day:
            holder.do("POST", f"{paper}:complete", on=over_on, json={})

    # the classes of the year before

    def import_the_past(self) -> None:
        """Their people are of the year too: they came before."""
        past = [each for each in self.story.courses if each.imported and self._who_came(each)]
        for n in range(0, len(past), PAST_AT_MOST):
            some = past[n : n + PAST_AT_MOST]
            body = whole(self._past(course) for course in some) | {"document": "2024 年培训台账"}
            answer = self.cast.officer.do("POST", "/v1/history-imports", on="2025-01-15", json=body)
            self.ids |= {course: item["id"] for course, item in zip(some, answer["items"], strict=True)}

    def _past(self, course: Course) -> dict[str, Any]:
        self.people[course] = self._who_came(course)
        people = [{"id_number": each.id_number, "name": each.name, "outcome": "completed"} for each in self.people[course]]
        body = self._paper(course) | {
            "institution_id": self.cast.holders[course.holder],
            "number_there": f"2024-{course.row:03d}",
            "people": people,
        }
        return {name: value for name, value in body.items() if name not in ("seats", "posts", "order_id")}

    def _who_came(self, course: Course) -> list[Someone]:
        """People of the same kind who came to this year's classes of another trade: nobody learns the same twice."""
        others = [
            someone
            for each in self.story.courses
            if not each.imported and each.of_kind == course.of_kind and each.trade != course.trade
            for someone in self.people[each]
        ]
        many = min(course.people, len(others))
        at = course.row * 97
        return [others[(at + n) % len(others)] for n in range(many)]

    # filings, exams, certificates

    def file_all(self) -> None:
        together(self._file, [told for told in self.story["holders"] if "scope" in told])

    def _file(self, told: Any) -> None:
        """As far as the filing has come."""
        key, user = told["key"], self.cast.users[told["key"]]
        trades = dict.fromkeys(trade for trade, _ in told["scope"])
        scope = [
            {"occupation_code": self.cast.occupations[trade], "levels": [level for each, level in told["scope"] if each == trade]}
            for trade in trades
        ]
        rules = self.cast.upload(user, "考务管理办法.pdf", "2024-02-01")
        body = {"scope": scope, "staff": _staff(key), "materials": [{"name": "考务管理办法", "file_id": rules}]}
        early = told["filing"] == "accepted"
        on = "2024-02-01" if early else "2025-11-03"
        made = user.do("POST", "/v1/filings", on=on, json=body)
        paper, self.filings[key] = f"/v1/filings/{made['id']}", made["id"]
        user.act(paper, "submit", on=on)
        if told["filing"] in ("accepted", "checked"):
            self.cast.officer.act(paper, "check", on="2024-02-20" if early else "2025-11-12")
        if told["filing"] == "returned":
            self.cast.officer.act(paper, "return", {"reason": "督导人员须与考评人员分开,请调整后再报。"}, on="2025-11-11")
        if early:
            granted = [
                {"occupation_code": self.cast.occupations[trade], "level": level, "decision": "granted"} for trade, level in told["scope"]
            ]
            body = {"valid_from_on": "2024-03-01", "valid_until_on": "2027-02-28", "granted": granted}
            self.cast.reviewer.act(paper, "accept", body, on="2024-02-28")

    def examine_all(self) -> None:
        together(self._examine, [each for each in self.story.courses if each.passed and not each.imported])

    def _examine(self, course: Course) -> None:
        key = course.holder if self._may_examine(course.holder, course) else ASSESSORS
        body, on = self.cast.users[key], course.examined_on.isoformat()
        candidates = [someone.id for someone in self.people[course][: course.people]]
        asked = {
            "filing_id": self.filings[key],
            "class_id": self.ids[course],
            "occupation_code": self.cast.occupations[course.trade],
            "level": course.level,
            "method": "process",
            "held_on": on,
            "assessors": [_staff(key)["assessors"][0]["card"]],
            "candidates": candidates,
        }
        if course.order:
            asked["order_id"] = self.orders[course.order]
        posted_on = before(course.examined_on, 3).isoformat()
        paper = f"/v1/assessments/{body.do('POST', '/v1/assessments', on=posted_on, json=asked)['id']}"
        results = [
            {"trainee_id": one, "score": 61 + n * 7 % 36 if n < course.passed else 38 + n % 20, "passed": n < course.passed}
            for n, one in enumerate(candidates)
        ]
        body.do("POST", f"{paper}/results:batch", on=on, json={"items": results})
        report = {"supervisor": _staff(key)["supervisors"][0]["card"], "mode": "on_site", "report": "考场秩序良好,考评独立进行。"}
        body.do("POST", f"{paper}/supervision", on=on, json=report)
        body.do("POST", f"{paper}:lock", on=on, json={})
        issued_on = self.until(after(course.examined_on, 2))
        body.do("POST", f"{paper}:issue", on=issued_on, json={})
        found = body.do("GET", f"/v1/certificates?assessment_id={paper.rpartition('/')[2]}&limit=200", on=issued_on)["items"]
        self.certified[course] = {each["trainee_id"]: each["id"] for each in found}

    def _may_examine(self, key: str, course: Course) -> bool:
        """An enterprise examines its own workers, in what it filed for."""
        told = self.story.holder(key)
        return course.of_kind == "enterprise" and told.get("filing") == "accepted" and [course.trade, course.level] in told["scope"]

    def certify_the_past(self) -> None:
        """The certificates of the year before, as another office lists them."""
        header = ("序号", "姓名", "身份证号码", "证书种类", "证书编号", "职业(工种)", "技能等级", "发证日期", "发证机构", "证明材料")
        levels = {"junior": "初级工", "intermediate": "中级工"}
        rows, n = list[tuple[str, ...]](), 0
        for course in (each for each in self.story.courses if each.imported and each.passed):
            for someone in self.people[course][: course.passed]:
                n += 1
                number = f"S000052000088{course.starts_on.year % 100}{5 if course.level == 'junior' else 4}{n:06d}"
                said = (number, course.trade, levels[course.level], (course.ends_on + timedelta(9)).isoformat(), "州职业技能鉴定中心", "")
                rows.append((str(n), someone.name, someone.id_number, "职业技能等级证书", *said))
        self._send("/v1/certificate-imports", "certificates", "2024 年取证名单.xlsx", Table("证书名单", header, rows))

    # who found work

    def tell_of_work(self) -> None:
        header = ("序号", "姓名", "身份证号码", "班级编号", "就业形式", "用人单位", "就业日期", "离职日期", "证明方式", "证明材料")
        listed = self.cast.officer.do("GET", "/v1/classes?limit=200", on=self.story.day.isoformat())["items"]
        numbers = {each["id"]: each["number"] for each in listed}
        rows = list[tuple[str, ...]]()
        for course in (each for each in self.story.courses if each.employed and each.ends_on < self.story.day):
            for n, someone in enumerate(self.people[course][: course.employed]):
                kind = "灵活就业" if n % 6 == 5 else "单位就业"
                on = min(course.ends_on + timedelta(12 + n % 30), self.story.day).isoformat()
                employer = "" if n % 6 == 5 else EMPLOYERS[(n + course.row) % len(EMPLOYERS)]
                said = (numbers[self.ids[course]], kind, employer, on, "", "社会保险" if n % 3 else "劳动合同", "")
                rows.append((str(len(rows) + 1), someone.name, someone.id_number, *said))
        self._send("/v1/imports", "employment", "就业台账.xlsx", Table("就业去向名单", header, rows))

    def _send(self, path: str, kind: str, file: str, table: Table) -> None:
        """The sheet, and its job to the end."""
        on = self.story.day.isoformat()
        sent = self.cast.officer.do("POST", path, on=on, data={"kind": kind, "mode": "commit"}, files={"file": (file, write_book([table]))})
        job = self.cast.job.finished(self.cast.officer, f"{path}/{sent['id']}", on)
        if job["status"] != "done" or job["summary"]["rejected"]:
            raise ValueError(f"{file}: {job['status']}, {job['errors'][:3]}")


def _staff(key: str) -> dict[str, list[dict[str, str]]]:
    """Three teams of different people, known by their cards."""
    return {
        team: [{"name": name, "card": f"{mark}-{key}"}]
        for team, mark, name in (("managers", "JB", "文经办"), ("assessors", "KP", "吴考评"), ("supervisors", "DD", "龙督导"))
    }
