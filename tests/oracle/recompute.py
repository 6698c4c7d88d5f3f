"""A receipt judged again by whoever holds nothing but the receipt: plain and slow, from its facts and terms alone, with the standard library.

`differences(receipt)` says where what the receipt tells does not follow from its own facts and terms. On the command line it reads receipts from files, and
exits with 1 where one differs: `python recompute.py claim.json …`.
"""

import json
import sys
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

Facts = dict[str, Any]  # members that are null may be missing
Found = list[tuple[str, str]]  # code of a finding and its effect
LEVELS = ["apprentice", "junior", "intermediate", "senior", "technician", "senior_technician", "special_technician", "chief_technician"]
TABLES = ("yuan_per_person_by_level", "yuan_per_person_by_trade")
RATES = ("yuan_per_person_day", "yuan_per_person_hour", "yuan_per_person", *TABLES)
TRACKS = {"male": ["male"], "female": ["female_50", "female_55"]}


def differences(receipt: Facts) -> list[str]:
    """Empty where facts and terms are those that the hashes are of, and every line and the sum follow from them."""
    said = [f"{name}: {hash_of(what)} is not {said}" for name, what, said in _hashed(receipt) if hash_of(what) != said]
    total = 0
    lines = {line["position"]: line["judged"] for line in receipt["lines"]}
    for position, (verdict, fen, found) in enumerate(judge(receipt)):
        total += fen if verdict == "eligible" else 0
        if told := lines.get(position):
            theirs = told["verdict"], cents(told["amount"]), sorted((each["code"], each["effect"]) for each in told["findings"])
            if theirs != (verdict, fen, sorted(found)):
                said.append(f"line {position}: {(verdict, fen, sorted(found))} is not {theirs}")
    whole = cents(receipt.get("judged_amount", receipt["amount"]))
    return said + ([f"amount: {total} is not {whole}"] if total != whole else [])


def _hashed(receipt: Facts) -> Iterator[tuple[str, Any, str]]:
    terms = receipt["terms"]
    hashed = {name: value for name, value in terms["block"].items() if name != "other_basis"} | {"retirement": terms.get("retirement")}
    yield "facts", receipt["facts"], receipt["facts_hash"]
    yield "terms", hashed, terms["hash"]


def hash_of(value: Any) -> str:
    """SHA-256 over the JSON without what is null, members sorted, no white space, UTF-8."""
    return sha256(json.dumps(stated(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()).hexdigest()


def stated(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: stated(each) for name, each in value.items() if each is not None}
    return [stated(each) for each in value] if isinstance(value, list) else value


def cents(yuan: Any) -> int:
    whole, _, part = str(yuan).partition(".")
    return int(whole) * 100 + int((part + "00")[:2])


def when(holds: Any, code: str, effect: str) -> Found:
    return [(code, effect)] if holds else []


def judge(receipt: Facts) -> list[tuple[str, int, Found]]:
    """Of each line: its verdict, what it is worth in fen, and the findings."""
    facts, terms, trades = receipt["facts"], receipt["terms"], receipt["trades"].get("of_class")
    block = terms["block"]
    shared, beside = of_the_claim(facts, block, trades), between_lines(facts, block, receipt)
    judged = []
    for position, line in enumerate(facts["lines"]):
        trade = next(each["trade"] for each in receipt["lines"] if each["position"] == position)
        found = shared + beside[position] + of_the_line(facts, line, block, terms.get("retirement"), trade)
        overcome = line.get("overcome", ())  # an upheld appeal has made a person decide
        found = [(code, "hold" if effect == "refuse" and code in overcome else effect) for code, effect in found]
        effects = {effect for _, effect in found}
        verdict = "refused" if "refuse" in effects else "held" if "hold" in effects else "eligible"
        judged.append((verdict, 0 if verdict == "refused" else worth(facts, line, block, trade), found))
    judged = within_employer(facts, block, judged)
    for line, (_, fen, found) in zip(facts["lines"], judged, strict=True):
        if line.get("expected_amount") is not None and cents(line["expected_amount"]) != fen:
            found.append(("amount_differs", "note"))
    return judged


def within_employer(facts: Facts, block: Facts, judged: list[tuple[str, int, Found]]) -> list[tuple[str, int, Found]]:
    """No employer is given more in all, nor in the year that a line is judged for: who comes first by id is paid first."""
    in_all, a_year = block.get("yuan_per_employer_at_most"), block.get("yuan_per_employer_year_at_most")
    had = {each["year"]: cents(each["had_yuan"]) for each in facts.get("employer_years") or ()}
    spent, cut = cents(facts.get("employer_had_yuan") or 0), list(judged)
    for place in sorted(range(len(judged)), key=lambda each: (facts["lines"][each]["trainee_id"], each)):
        verdict, fen, found = judged[place]
        year = day_counted(facts, facts["lines"][place], block).year
        for most, given in ((in_all, spent), (a_year, had.get(year, 0))):
            fen = fen if most is None else min(fen, max(cents(most) - given, 0))
        spent, had[year], cut[place] = spent + fen, had.get(year, 0) + fen, (verdict, fen, found)
    return cut


# What a line is worth, in fen


def worth(facts: Facts, line: Facts, block: Facts, trade: Facts) -> int:
    """Of a supplement what is beyond that which was found before."""
    whole = whole_of(facts, line, block, trade)
    return whole if line.get("makes_up_yuan") is None else max(whole - cents(line["makes_up_yuan"]), 0)


def whole_of(facts: Facts, line: Facts, block: Facts, trade: Facts) -> int:
    """The rate and its uplift; then by years, or with what a person lives on; and no more in a year than there may be."""
    fen = rate_of(facts, line, block, trade)
    if fen is None:
        return 0
    at_levels = block.get("uplift_levels")
    if block.get("uplift_percent") and trade["uplifted"] and (at_levels is None or trade.get("level") in at_levels):
        fen = part_of(fen, 100 + block["uplift_percent"])
    if block.get("years_paid_at_most") is not None:
        return by_years(facts, line, block, fen)
    on = day_counted(facts, line, block)
    if block.get("living_yuan_per_day") is not None:
        to = block.get("living_categories")
        held = {each["code"] for each in line["categories"] if covers(each, "since_on", on)}
        days = min(len([each for each in inside(facts, line) if each["half_days"] == 2]), block["living_days_at_most"])
        fen += days * cents(block["living_yuan_per_day"]) if to is None or held & set(to) else 0
    if block.get("yuan_per_person_year_at_most") is not None:
        had = sum(cents(each.get("amount_yuan") or 0) for each in of_this_year(facts, line, on))
        fen = min(fen, max(cents(block["yuan_per_person_year_at_most"]) - had, 0))
    return fen


def rate_of(facts: Facts, line: Facts, block: Facts, trade: Facts) -> int | None:
    """By the day on which enough half-days were signed, by the hour, by the person, or as a table has it. None: no rate is known."""
    course = facts.get("class_facts")
    if block.get("yuan_per_person_day") is not None:
        days = [each for each in inside(facts, line) if each["half_days"] >= block["half_days_for_a_paid_day"]]
        return min(len(days), block["days_paid_at_most"]) * cents(block["yuan_per_person_day"])
    if block.get("yuan_per_person_hour") is not None:
        there, hours = sum(each["half_days"] for each in inside(facts, line)), course["hours"] if course else 0
        attended = min(hours, hours * there // planned(course)) if course else 0
        return min(attended, block["hours_paid_at_most"]) * cents(block["yuan_per_person_hour"])
    if block.get("yuan_per_person") is not None:
        return cents(block["yuan_per_person"])
    return of_table(block, trade)


def of_table(block: Facts, trade: Facts) -> int | None:
    level, yuan = trade.get("level"), None
    if block.get("yuan_per_person_by_level") is not None:
        yuan = block["yuan_per_person_by_level"].get(level)
    elif trade.get("rate_row") is not None:
        row = block["yuan_per_person_by_trade"][trade.get("rate_row")]
        yuan = (row.get("yuan_by_level") or {}).get(level) if level else row.get("yuan_without_level")
    return None if yuan is None else cents(yuan)


def by_years(facts: Facts, line: Facts, block: Facts, a_year: int) -> int:
    """Each year of training that is over, of one that runs its advance, less what was claimed for the class before."""
    course, by = facts.get("class_facts"), day(facts["claimed_on"])
    if not course:
        return 0
    ends = [months_after(day(course["starts_on"]), 12 * year) for year in range(1, block["years_paid_at_most"] + 1)]
    ends = [end for end in ends if (end - day(course["ends_on"])).days <= 1]
    known = by + timedelta(days=course["status"] == "completed")  # on its last day a completed course is over
    over = len([end for end in ends if end <= known])
    runs = over < len(ends) and day(course["starts_on"]) <= by
    due = over * a_year + (part_of(a_year, block["advance_percent"]) if runs and block.get("advance_percent") else 0)
    had = sum(cents(each.get("amount_yuan") or 0) for each in line["priors"] if each.get("same_class"))
    return max(due - had, 0)


def part_of(fen: int, percent: int) -> int:
    """Rounded to the fen, halves up."""
    return (fen * percent + 50) // 100


def still_running(course: Facts, block: Facts) -> bool:
    """Paid for while it runs, in instalments."""
    return block.get("years_paid_at_most") is not None and course["status"] == "in_progress"


def of_this_year(facts: Facts, line: Facts, on: date) -> list[Facts]:
    return [each for each in line["priors"] if each.get("scheme") == facts["scheme"] and day(each["on"]).year == on.year]


def planned(course: Facts) -> int:
    """Half-days: of the timetable, else two a day."""
    return int(course.get("half_days_planned") or 2 * days_of(course))


# What is said of the claim as a whole


def of_the_claim(facts: Facts, block: Facts, trade: Facts | None) -> Found:
    found: Found = []
    course = facts.get("class_facts")
    source = facts.get("fund_source")  # of a person's claim perhaps not named yet
    allowed = [None, *block.get("fund_sources", [source])]
    found += when(source == "enterprise_education" or source not in allowed, "fund_not_allowed", "refuse")
    if not course:
        return found
    found += when(course["needs_designation"] and not course["designated"], "institution_not_designated", "refuse")
    barring = "hold" if block["payee"] == "organiser" else "note"  # the institution's own money, never a trainee's
    found += [(f"institution_{why}", barring) for why in ("blacklisted", "suspended", "exited") if course.get(why)]
    found += stopped(facts, course.get("stops", ()), barring)
    if block.get("class_hours_at_least") is not None and course["hours"] < block["class_hours_at_least"]:
        found.append(("class_too_short", "refuse"))
    found += when(block.get("class_days_at_most") is not None and days_of(course) > block["class_days_at_most"], "class_too_long", "refuse")
    if block.get("filing_days_before_start_at_least") is not None and course.get("filed_at") and not course.get("imported"):
        before = (day(course["starts_on"]) - day(course["filed_at"][:10])).days
        found += when(before < block["filing_days_before_start_at_least"], "class_filed_late", "hold" if before < 0 else "note")
    if block.get("posts_missing_is") and course.get("posts") is not None and not course.get("ordered") and not course.get("imported"):
        agreed, filed = [each["agreed_on"] for each in course["posts"]], course.get("filed_at")
        found += when(not agreed or (filed and min(agreed) > filed[:10]), "posts_missing", block["posts_missing_is"])
    filed = course.get("occupation_code") or (course.get("trade_filing_no") and course.get("trade_filed") is not False)
    found += when(not filed, "trade_not_filed", "hold" if course.get("trade_filing_no") else "refuse")
    if trade and block.get("trade_fields") is not None:
        found += trade_not_allowed(course, block, trade)
    return found


def stopped(facts: Facts, stops: list[Facts], barring: str) -> Found:
    """Nothing of the organiser is supported on the class's first day or that of the claim; or somebody complains of the class."""
    days = day(facts["class_facts"]["starts_on"]), day(facts["claimed_on"])
    by_measure = any(each["why"] == "support_stopped" and any(covers(each, "from_on", on) for on in days) for each in stops)
    complained = any(each["why"] == "complaint_open" for each in stops)
    return [*([("support_stopped", barring)] if by_measure else []), *([("complaint_open", "hold")] if complained else [])]


def trade_not_allowed(course: Facts, block: Facts, trade: Facts) -> Found:
    fields = {*block["trade_fields"], *((block.get("trade_fields_if_needed") or ()) if course.get("need_reason") else ())}
    about, near, key = trade.get("about"), trade.get("occupation_near"), trade.get("key")
    if about in fields or (about is None and course.get("trade_filed")):
        return []
    certain = near == key or (near is None and about != "other")
    return [("trade_not_allowed", "note" if about is None else "refuse" if certain else "hold")]


def between_lines(facts: Facts, block: Facts, receipt: Facts) -> list[Found]:
    """What the lines say beside one another, and beside what happened in the class."""
    lines, course = facts["lines"], facts.get("class_facts")
    found: list[Found] = [[] for _ in lines]
    firsts: dict[Any, list[Any]] = {}
    for place, line in enumerate(lines):
        trade = next(each["trade"] for each in receipt["lines"] if each["position"] == place)
        level, year = trade.get("level"), day_counted(facts, line, block).year
        others = firsts.setdefault((line["trainee_id"], trade.get("key"), (line.get("placement") or {}).get("placement_id")), [])
        again = any(its == level if its and level else then == year for its, then in others)
        others += [] if again else [(level, year)]
        found[place] += when(again, "duplicate_line", "refuse")
        account = line.get("bank_account_token")
        here = {each["trainee_id"] for each in lines if account and each.get("bank_account_token") == account}
        if len(here) > 1 or line.get("account_shared_with") or line.get("account_of_institution"):
            found[place].append(("shared_bank_account", "hold" if len(here) > 1 or block["payee"] == "trainee" else "note"))
        on = day_counted(facts, line, block)
        bars = {each["why"] for each in (facts.get("applicant") or {}).get("barred", ()) if covers(each, "from_on", on)}
        found[place] += [(f"institution_{why}", "hold" if block["payee"] == "organiser" else "note") for why in bars]
    people = {line["trainee_id"] for line in lines}
    for place, line in enumerate(lines if course and len(people) > 1 else ()):
        effects = [
            "hold" if roster["starts_on"] <= course["ends_on"] and course["starts_on"] <= roster["ends_on"] else "note"
            for roster in facts["other_rosters"]
            if line["trainee_id"] in roster["trainee_ids"]
            and len(people & set(roster["trainee_ids"])) * 100 >= block["roster_reuse_percent_at_least"] * len(people)
        ]
        if effects:
            found[place].append(("roster_reused", min(effects)))
    for place, line in enumerate(lines if course else ()):
        found[place] += when(impossible(course, line, block), "attendance_impossible", "hold")
        most = block.get("headcount_missing_at_most")
        short = {each["on"] for each in course.get("headcounts", ()) if most is not None and each["attended"] - each["headcount"] > most}
        found[place] += when(any(each["on"] in short for each in line["attendance"]), "headcount_differs", "hold")
    return found


def impossible(course: Facts, line: Facts, block: Facts) -> bool:
    """Signed when it could not have been, by whom it could not have been, or for more hours than there were."""
    days, hours = [each["on"] for each in line["attendance"]], max(course["hours"], course.get("hours_planned") or 0)
    died = [each["from_on"] for each in line["statuses"] if each["status"] == "deceased"]
    people, seconds = block.get("one_hand_people_at_least"), block.get("one_hand_seconds_at_most")
    one_hand = {
        each["on"]
        for each in course.get("signings", ())
        if people is not None
        and each["people"] >= people
        and (datetime.fromisoformat(each["last_at"]) - datetime.fromisoformat(each["first_at"])).total_seconds() <= seconds
    }
    half_day, a_day, held = block.get("hours_a_half_day_at_most"), block.get("class_hours_a_day_at_most"), course["half_days_held"]
    return (
        any(not course["starts_on"] <= on <= course["ends_on"] for on in days)
        or bool(line.get("enrolled_late") or line.get("impossible"))
        or any(on < line["enrolled_from_on"] for on in days if line.get("enrolled_from_on"))
        or any(on > min(died) for on in days if died)
        or any(on in one_hand for on in days)
        or (half_day is not None and 0 < held * half_day < hours and not still_running(course, block))
        or (a_day is not None and days_of(course) * a_day < hours)
    )


# What is said of one line


def of_the_line(facts: Facts, line: Facts, block: Facts, retirement: Facts | None, trade: Facts) -> Found:
    on = day_counted(facts, line, block)
    found = of_the_person(line, block, retirement, on)
    found += of_the_class(facts, line, block) + of_earlier(facts, line, block, trade, on) + of_papers(facts, line, block)
    rate = next((name for name in RATES if block.get(name) is not None), None)
    payable, unlisted = rate is not None and basis(block, rate) == "confirmed", rate in TABLES and of_table(block, trade) is None
    found += when(not payable or (unlisted and block.get("unlisted_is") != "refuse"), "terms_unconfirmed", "hold")
    found += when(payable and unlisted and block.get("unlisted_is") == "refuse", "rate_not_listed", "refuse")
    return found


def of_the_person(line: Facts, block: Facts, retirement: Facts | None, on: date) -> Found:
    found: Found = []
    born = day(line["born_on"])
    age = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    found += when(age < block["age_at_least"], "age_below_limit", "refuse")
    if block["until_retirement_age"] and retirement:
        tracks = [line["retirement_track"]] if line["sex"] == "female" and line.get("retirement_track") else TRACKS[line["sex"]]
        months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
        reached = [months >= months_to_work(retirement, track, born) for track in tracks]
        found += when(any(reached), "age_above_limit", "refuse" if all(reached) else "hold")
    elif (most := oldest(line, block)) is not None and age > most:
        found.append(("age_above_limit", "refuse"))
    held = {each["code"] for each in line["categories"] if covers(each, "since_on", on)}
    found += when(block.get("categories") is not None and not held & set(block["categories"]), "category_not_eligible", "refuse")
    waived = {status for status, categories in (block.get("statuses_waived_for") or {}).items() if held & set(categories)}
    recorded = {each["status"] for each in line["statuses"] if covers(each, "from_on", on)}
    excluded = set(block["excluded_statuses"])
    found += when(recorded & (excluded - waived), "status_excluded", "refuse")
    found += when(excluded - set(line["complete_lists"]) - recorded - waived, "status_unverified", block["unverified_status_is"])
    found += when(line["trains_this_class"] or line.get("teaches_institution"), "trainer_on_roster", "refuse")
    found += when(block.get("ability_required") and not line.get("able_to_work"), "ability_not_stated", "note")
    return found


def months_to_work(retirement: Facts, track: str, born: date) -> int:
    """Until the statutory age, which rises by one month for each so many months of birth."""
    rule, since = retirement["tracks"][track], day(retirement["in_force_from"])
    into = (born.year + rule["years_before"] - since.year) * 12 + born.month - since.month
    steps = into // rule["birth_months_a_step"] + 1 if into >= 0 else 0
    return rule["years_before"] * 12 + min(steps, (rule["years_at_most"] - rule["years_before"]) * 12)


def of_the_class(facts: Facts, line: Facts, block: Facts) -> Found:
    course = facts.get("class_facts")
    runs = bool(course) and still_running(course, block)
    passed = ("completed", None, "enrolled") if runs else ("completed", None)
    unfinished = course and ((course["status"] != "completed" and not runs) or line.get("outcome") not in passed)
    found = when(unfinished, "class_not_completed", "refuse")
    least = block.get("attendance_percent_at_least")
    if course and least is not None and not runs:
        attended = sum(each["half_days"] for each in inside(facts, line))
        found += when(attended * 100 < least * planned(course), "attendance_too_low", "refuse")
    return found + ([("overlapping_class", "hold")] if line["overlaps"] else [])


def of_earlier(facts: Facts, line: Facts, block: Facts, trade: Facts, on: date) -> Found:
    """Once per occupation and level, else once per trade and year; no lower level after a higher; so often a year. What was worth nothing uses nothing up."""
    instalments = [each for each in line["priors"] if each.get("same_class") and block.get("years_paid_at_most") is not None]
    unsettled = any(each.get("amount_yuan") is None for each in instalments)
    had = [each for each in line["priors"] if each not in instalments and cents(each.get("amount_yuan") or 1) != 0]
    if line.get("makes_up_yuan") is not None:  # what other claims hold was weighed when the first was judged
        had = [each for each in had if each.get("outside")]
    found = when(unsettled, "already_subsidised", "hold") + when(line.get("came_back"), "already_subsidised", "note")
    money = of_money(facts, line, block, on)
    if block["paid_once_per"] == "placement":
        stays = [] if unsettled else [each for each in had if each["scheme"] == facts["scheme"] and each.get("placement_id")]
        return found + money + of_stays(line.get("placement") or {}, stays, block)
    level = trade.get("level")
    counted = [each for each in had if (each["level"] == level if level and each.get("level") else day(each["on"]).year == on.year)]
    keys = set() if unsettled else {each.get("trade_key") for each in counted}
    near = when(keys & set(trade["near"]), "already_subsidised", "hold")
    found += when(keys & set(trade["same"]), "already_subsidised", "refuse") or near
    ranks = [LEVELS.index(each["level"]) for each in had if each.get("trade_key") in trade["same"] and each.get("level")]
    found += when(level and any(rank > LEVELS.index(level) for rank in ranks), "lower_level_after_higher", "refuse")
    most = block.get("times_a_year_at_most")
    times = len([each for each in had if day(each["on"]).year == on.year and each.get("trade_key") is not None])
    if line["priors"] and not money and times >= (1 if most is None else most):
        found.append(("yearly_limit_reached", "note" if most is None else "refuse"))
    return found + money


def of_stays(placement: Facts, stays: list[Facts], block: Facts) -> Found:
    """A stay is paid once; a stay elsewhere in months of this one is looked at."""
    if placement.get("placement_id") in {each["placement_id"] for each in stays}:
        return [("already_subsidised", "refuse")]
    if not block["retention_required"] or not placement.get("started_on") or not placement.get("due_on"):
        return []
    first, due = day(placement["started_on"]), day(placement["due_on"])
    return when(any(abs(day(each["on"]) - first) < due - first for each in stays), "already_subsidised", "hold")


def of_money(facts: Facts, line: Facts, block: Facts, on: date) -> Found:
    """Nothing is left of what a person may be given in a year; or it is not known what is left."""
    most, had = block.get("yuan_per_person_year_at_most"), of_this_year(facts, line, on)
    if most is None or not had:
        return []
    if sum(cents(each.get("amount_yuan") or 0) for each in had) >= cents(most):
        return [("yearly_limit_reached", "refuse")]
    return [("yearly_limit_reached", "hold")] if any(each.get("amount_yuan") is None for each in had) else []


def oldest(line: Facts, block: Facts) -> int | None:
    women = block.get("women_age_at_most") if line["sex"] == "female" else None
    return block.get("age_at_most") if women is None else women


def of_papers(facts: Facts, line: Facts, block: Facts) -> Found:
    certificate, placement, course = line.get("certificate"), line.get("placement"), facts.get("class_facts") or {}
    claimed_on = day(facts["claimed_on"])
    missing = when(block["certificate_required"] and not certificate, "certificate_missing", "refuse")
    found = when(line.get("unknown_certificate_id"), "certificate_invalid", "refuse") or missing
    if certificate:
        issued, revoked = day(certificate["issued_on"]), certificate.get("revoked_on")
        gone = revoked and day(revoked) <= day(facts.get("looked_at_on") or facts["claimed_on"])
        if certificate["holder_id"] != line["trainee_id"] or issued > claimed_on or gone or not certificate["number_fits"]:
            found.append(("certificate_invalid", "refuse"))
        kinds, taught = block.get("certificate_kinds"), course.get("occupation_code")
        other = (kinds is not None and certificate["kind"] not in kinds) or certificate.get("within_filing") is False
        found += when(other or (taught and taught != certificate.get("occupation_code")), "certificate_out_of_scope", "refuse")
        months = block.get("certificate_months_at_most")
        found += when(months is not None and claimed_on > months_after(issued, months), "certificate_too_old", "refuse")
        most, of_one = block.get("certificates_a_month_at_most"), block.get("certificates_a_month_of_an_assessor_at_most")
        many = certificate["issued_that_month"] > (most or 1e9) or certificate["assessed_that_month"] > (of_one or 1e9)
        found += when(many or certificate.get("body_flags"), "certificate_burst", "hold" if many else "note")
    found += when(no_order(facts, line, block), "order_missing", "refuse")
    elsewhere, at_one = (placement or {}).get("insured_elsewhere"), block.get("same_employer") or facts["scheme"] == "placement_absorption"
    found += when(elsewhere or (placement or {}).get("warnings"), "placement_doubtful", "hold" if elsewhere and at_one else "note")
    found += when(placement and not placement.get("started_on"), "retention_not_met", "refuse")
    effect = stay(placement, line, block) if block["retention_required"] and placement and placement.get("started_on") else None
    return found + when(effect, "retention_not_met", str(effect))


def no_order(facts: Facts, line: Facts, block: Facts) -> bool:
    placement, required = line.get("placement"), block["order_required"]
    if line.get("unknown_placement_id") or not placement:
        return bool(line.get("unknown_placement_id")) or required or facts["kind"] == "placement"
    ordered, started = placement.get("ordered_on"), placement.get("started_on")
    return required and (not placement.get("order_number") or bool(ordered and started and ordered > started))


def stay(placement: Facts, line: Facts, block: Facts) -> str | None:
    if placement["retention"] != "met":
        return "hold" if placement["retention"] == "unproven" else "refuse"
    if block.get("same_employer") and not placement["one_employer"]:
        return "refuse"
    grade, least, due = placement.get("weakest_grade"), block.get("evidence_grade_at_least"), day(placement.get("due_on") or "0001-01-01")
    gone = any(each["status"] == "deceased" and (due - day(each["from_on"])).days > 1 for each in line["statuses"])
    return "hold" if gone or (least and (grade is None or grade > least)) else None


# Days


def day_counted(facts: Facts, line: Facts, block: Facts) -> date:
    """The class's first day, the certificate's date or the first day at work; where that is missing, the next best day that is known."""
    certificate, placement, course = line.get("certificate"), line.get("placement"), facts.get("class_facts")
    if certificate and block["age_counted_on"] == "certificate_issue":
        return day(certificate["issued_on"])
    if placement and placement.get("started_on") and block["age_counted_on"] == "placement_start":
        return day(placement["started_on"])
    return day(course["starts_on"] if course else facts["claimed_on"])


def inside(facts: Facts, line: Facts) -> list[Facts]:
    course = facts.get("class_facts")
    return [each for each in line["attendance"] if course["starts_on"] <= each["on"] <= course["ends_on"]] if course else []


def days_of(course: Facts) -> int:
    return (day(course["ends_on"]) - day(course["starts_on"])).days + 1


def covers(held: Facts, since: str, on: date) -> bool:
    return day(held[since]) <= on and (not held.get("until_on") or on <= day(held["until_on"]))


def months_after(on: date, months: int) -> date:
    """The same day of the month so many months on, or the month's last."""
    year, month = divmod(on.year * 12 + on.month - 1 + months, 12)
    return date(year, month + 1, min(on.day, monthrange(year, month + 1)[1]))


def day(text: str) -> date:
    return date.fromisoformat(text)


def basis(block: Facts, name: str) -> str:
    """Whether the document that the figure rests on is confirmed."""
    others = [each["basis_status"] for each in block.get("other_basis") or () if name in each["applies_to"]]
    return str(others[0] if others else block["basis_status"])


if __name__ == "__main__":
    wrong = {path: said for path in sys.argv[1:] if (said := differences(json.loads(Path(path).read_text())))}
    for path, said in wrong.items():
        sys.stdout.write(f"{path}: {'; '.join(said)}\n")
    sys.exit(bool(wrong))
