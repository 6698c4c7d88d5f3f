import shutil
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from services.subsidy.schemes.policy import Policy, Terms, TermsMissing
from services.subsidy.schemes.reading import load
from shared import county
from shared.strict import BadFile
from tests.subsidy.schemes.blocks import BLOCK, HEAD, READING, SCHEDULE, only_block, scheme_from


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    scheme = scheme_from(tmp_path, HEAD + BLOCK)
    assert (scheme.title, scheme.claim_kind) == ("中长期项目制取证培训", "training")
    assert scheme.terms[0].age_at_least == 16 and scheme.terms[0].rate is None and scheme.terms[0].fund_sources is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param(HEAD + BLOCK + "age_atmost = 65\n", "terms[0].age_atmost:未知的键", id="an-unknown-key"),
        pytest.param(HEAD + 'channel = "x"\n' + BLOCK, "channel:未知的键", id="an-unknown-key-of-the-scheme"),
        pytest.param(HEAD + BLOCK.replace("age_at_least = 16\n", ""), "terms[0].age_at_least:缺少该键", id="a-missing-key"),
        pytest.param(BLOCK, "title:缺少该键", id="a-missing-title"),
        pytest.param(HEAD, "terms:缺少该键", id="no-block-key"),
        pytest.param(HEAD + BLOCK.replace("= 16", '= "16"'), "terms[0].age_at_least:应为整数", id="a-wrong-type"),
        pytest.param(HEAD + BLOCK.replace("2024-09-23", "20240923"), "terms[0].in_force_from:应为 YYYY-MM-DD", id="a-wrong-date"),
        pytest.param(HEAD + BLOCK.replace('"deceased"', '"dead"'), "terms[0].excluded_statuses[0]:应为", id="an-unknown-status"),
        pytest.param(HEAD + BLOCK + 'fund_sources = ["lottery"]\n', "terms[0].fund_sources[0]:应为", id="an-unknown-fund-source"),
        pytest.param(HEAD + BLOCK + "retirement = 1\n", "terms[0].retirement:未知的键", id="a-field-the-program-gives"),
        pytest.param(HEAD + BLOCK + BLOCK, "terms:2024-09-23 有两组条款", id="two-blocks-of-one-day"),
        pytest.param(HEAD + BLOCK.replace('"文件甲"', '" "'), "terms[0].document:不能为空", id="an-empty-document"),
        pytest.param(HEAD + BLOCK.replace("= 16", "= -1"), "terms[0].age_at_least:不能为负数", id="a-negative-age"),
        pytest.param(HEAD + BLOCK.replace("= 80", "= 101"), "terms[0].roster_reuse_percent_at_least:超过 100", id="over-100-percent"),
        pytest.param(HEAD + BLOCK + "age_at_most = 15\n", "terms[0].age_at_most:小于 age_at_least", id="limits-crossed"),
        pytest.param(
            HEAD + BLOCK.replace("age = false", "age = true") + "age_at_most = 65\n",
            "terms[0].age_at_most:与 until_retirement_age 只能有一个",
            id="two-upper-age-limits",
        ),
        pytest.param(HEAD + BLOCK + "yuan_per_person_day = 60\n", "terms[0].yuan_per_person_day:", id="a-daily-rate-without-its-days"),
        pytest.param(HEAD + BLOCK + "days_paid_at_most = 3\n", "terms[0].yuan_per_person_day:", id="days-without-a-daily-rate"),
        pytest.param(
            HEAD + BLOCK + "yuan_per_person_day = 60\ndays_paid_at_most = 3\nhalf_days_for_a_paid_day = 3\n",
            "terms[0].half_days_for_a_paid_day:只能是 1 或 2",
            id="three-half-days-a-day",
        ),
        pytest.param(
            HEAD + BLOCK + "yuan_per_person = 600\nyuan_per_person_by_level = { junior = 600 }\n",
            "terms[0].yuan_per_person:",
            id="two-rates",
        ),
        pytest.param(
            HEAD + BLOCK + 'other_basis = [{ applies_to = ["age"], document = "乙", clause = "二", basis_status = "confirmed" }]\n',
            "terms[0].other_basis.applies_to:age 不是条款项或规则",
            id="a-basis-for-nothing",
        ),
        pytest.param(
            HEAD
            + BLOCK
            + 'other_basis = [{ applies_to = ["payee", "payee"], document = "乙", clause = "二", basis_status = "confirmed" }]\n',
            "terms[0].other_basis.applies_to:payee 出现两次",
            id="two-bases-for-one-figure",
        ),
        pytest.param(HEAD + BLOCK.replace("days = 5", "days = 0"), "terms[0].notice_working_days:必须大于 0", id="a-notice-without-a-day"),
        pytest.param(HEAD + BLOCK.replace("= 80", "= 0"), "terms[0].roster_reuse_percent_at_least:必须大于 0", id="every-roster-held"),
        pytest.param(
            HEAD + BLOCK + "yuan_per_person_day = 60\ndays_paid_at_most = 0\nhalf_days_for_a_paid_day = 2\n",
            "terms[0].days_paid_at_most:必须大于 0",
            id="no-day-paid",
        ),
        pytest.param(HEAD + BLOCK + "yuan_per_person = 0\n", "terms[0].yuan_per_person:必须大于 0", id="a-rate-of-nothing"),
        pytest.param(
            HEAD + BLOCK + "yuan_per_person_by_level = { junior = 0 }\n",
            "terms[0].yuan_per_person_by_level.junior:必须大于 0",
            id="a-level-worth-nothing",
        ),
        pytest.param(
            HEAD + BLOCK + "yuan_per_person_by_level = { }\n", "terms[0].yuan_per_person_by_level:不能为空", id="a-rate-for-no-level"
        ),
        pytest.param(HEAD + BLOCK + "class_days_at_most = 0\n", "terms[0].class_days_at_most:必须大于 0", id="no-class-short-enough"),
        pytest.param(HEAD + BLOCK + "times_a_year_at_most = 0\n", "terms[0].times_a_year_at_most:必须大于 0", id="never-a-year"),
        pytest.param(HEAD + BLOCK + "categories = []\n", "terms[0].categories:不能为空", id="for-nobody"),
        pytest.param(HEAD + BLOCK + "certificate_kinds = []\n", "terms[0].certificate_kinds:不能为空", id="by-no-certificate"),
        pytest.param(HEAD + BLOCK + "fund_sources = []\n", "terms[0].fund_sources:不能为空", id="from-no-fund"),
        pytest.param(
            HEAD + BLOCK + "yuan_per_person_at_least = 601\nyuan_per_person_at_most = 600\n",
            "terms[0].yuan_per_person_at_least:大于 yuan_per_person_at_most",
            id="bounds-crossed",
        ),
        pytest.param(
            HEAD + BLOCK.replace("age = false", "age = true").replace("= 16", "= 63"),
            "terms[0].age_at_least:不小于最晚的退休年龄",
            id="old-enough-only-when-retired",
        ),
        pytest.param(
            HEAD + BLOCK + "class_days_at_most = 3\nhours_a_half_day_at_most = 4\nclass_hours_at_least = 25\n",
            "terms[0].class_hours_at_least:3 天最多 24 课时",
            id="more-hours-than-the-days-hold",
        ),
        pytest.param(
            HEAD + BLOCK + "class_days_at_most = 3\nclass_hours_a_day_at_most = 8\nclass_hours_at_least = 25\n",
            "terms[0].class_hours_at_least:3 天最多 24 课时",
            id="more-hours-than-the-days-may-have",
        ),
        pytest.param("title = ", "无法读取", id="not-toml"),
    ],
)
def test_a_faulty_file_is_refused_naming_file_and_key(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(BadFile) as raised:
        scheme_from(tmp_path, text)
    assert str(raised.value).startswith("project.toml:") and named in str(raised.value)


def test_faults_of_shape_and_of_sense_in_every_block_come_at_once(tmp_path: Path) -> None:
    """Each with its line; what a faulty key would decide is not guessed."""
    first = BLOCK.replace("days = 5", "days = 0").replace("age_at_least = 16", "age = 16") + "categories = []\n"
    later = BLOCK.replace("2024-09-23", "2025-04-18") + 'yuan_per_person_day = 60\ndays_paid_at_most = "3"\nyuan_per_person = 0\n'
    with pytest.raises(BadFile) as raised:
        scheme_from(tmp_path, HEAD + first + later)
    text = (HEAD + first + later).splitlines()
    for place, said in (
        ("terms[0].age", "未知的键"),
        ("terms[0].age_at_least", "缺少该键"),
        ("terms[0].notice_working_days", "必须大于 0"),
        ("terms[0].categories", "不能为空"),
        ("terms[1].days_paid_at_most", "应为整数"),
        ("terms[1].yuan_per_person", "必须大于 0"),
    ):
        assert f"{place}:{said}" in str(raised.value)
    assert f"（第 {text.index('notice_working_days = 0') + 1} 行）" in str(raised.value)
    assert "必须同时给出" not in str(raised.value)


def test_figures_at_the_least_that_somebody_can_meet_are_accepted(tmp_path: Path) -> None:
    some = "yuan_per_person_day = 0.01\ndays_paid_at_most = 1\nhalf_days_for_a_paid_day = 1\nclass_days_at_most = 3\n"
    more = "hours_a_half_day_at_most = 4\nclass_hours_at_least = 24\nheadcount_missing_at_most = 0\nage_at_most = 16\n"
    scheme = scheme_from(tmp_path, HEAD + BLOCK.replace("days = 5", "days = 1").replace("= 80", "= 1") + some + more)
    assert scheme.terms[0].notice_working_days == 1


@pytest.mark.parametrize(
    ("rate", "accepted"),
    [
        pytest.param("yuan_per_person = 499.99", False, id="a-cent-below-the-lower-bound"),
        pytest.param("yuan_per_person = 500", True, id="the-lower-bound-itself"),
        pytest.param("yuan_per_person = 8000", True, id="the-upper-bound-itself"),
        pytest.param("yuan_per_person = 8000.01", False, id="a-cent-above-the-upper-bound"),
        pytest.param("yuan_per_person_by_level = { junior = 500, senior = 8000 }", True, id="levels-within"),
        pytest.param("yuan_per_person_by_level = { junior = 499, senior = 8000 }", False, id="one-level-below"),
    ],
)
def test_a_rate_lies_within_the_bounds_of_its_block(tmp_path: Path, rate: str, accepted: bool) -> None:
    bounds = f"yuan_per_person_at_least = 500\nyuan_per_person_at_most = 8000\n{rate}\n"
    if accepted:
        assert only_block(tmp_path, bounds).rate == rate.split(" =", maxsplit=1)[0]
    else:
        with pytest.raises(BadFile, match=r"低于下限|超过上限"):
            only_block(tmp_path, bounds)


def test_a_file_named_for_no_scheme_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"lottery.toml:文件名不是已知的补贴项目代码"):
        scheme_from(tmp_path, HEAD + BLOCK, "lottery.toml")


def test_every_faulty_file_of_a_folder_is_named_at_once(tmp_path: Path) -> None:
    shutil.copy(county.folder() / "retirement.toml", tmp_path)
    (tmp_path / "terms").mkdir()
    (tmp_path / "terms" / "city_readings.toml").write_text("readings = []", encoding="utf-8")
    for name in ("project.toml", "startup.toml"):
        (tmp_path / "terms" / name).write_text(HEAD, encoding="utf-8")
    with pytest.raises(BadFile) as raised:
        load(tmp_path)
    assert "project.toml:" in str(raised.value) and "startup.toml:" in str(raised.value)


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    shutil.copy(county.folder() / "retirement.toml", tmp_path)
    (tmp_path / "terms").mkdir()
    (tmp_path / "terms" / "city_readings.toml").write_text("readings = []", encoding="utf-8")
    with pytest.raises(BadFile, match=r"project.toml:缺少文件"):
        load(tmp_path)


def test_a_scheme_that_the_county_does_not_offer_has_no_terms_and_says_so(tmp_path: Path) -> None:
    policy = Policy({"project": scheme_from(tmp_path, "terms = []\n" + HEAD)})
    missing = policy.terms_on("project", date(2025, 1, 1))
    assert isinstance(missing, TermsMissing) and "本地没有中长期项目制取证培训的补贴条款" in missing.detail
    assert policy.with_hash("project", "dc7b") is None


@pytest.fixture
def two_blocks(tmp_path: Path) -> Policy:
    """Written newest first: the order in the file does not matter."""
    later = BLOCK.replace("2024-09-23", "2025-04-18").replace("文件甲", "文件乙")
    return Policy({"project": scheme_from(tmp_path, HEAD + later + BLOCK)})


@pytest.mark.parametrize(
    ("day", "document"),
    [
        pytest.param(date(2024, 9, 23), "文件甲", id="the-first-day-of-the-first-block"),
        pytest.param(date(2025, 4, 17), "文件甲", id="the-day-before-the-second-block"),
        pytest.param(date(2025, 4, 18), "文件乙", id="the-first-day-of-the-second-block"),
        pytest.param(date(2030, 1, 1), "文件乙", id="long-after"),
    ],
)
def test_the_terms_in_force_are_chosen_by_the_day(two_blocks: Policy, day: date, document: str) -> None:
    terms = two_blocks.terms_on("project", day)
    assert isinstance(terms, Terms) and terms.document == document


def test_a_day_before_the_first_block_has_no_terms_and_says_so(two_blocks: Policy) -> None:
    missing = two_blocks.terms_on("project", date(2024, 9, 22))
    assert missing == TermsMissing("中长期项目制取证培训", date(2024, 9, 22), date(2024, 9, 23))
    assert missing.code == "terms_missing" and "自 2024-09-23 起施行" in missing.detail


def test_a_figure_answers_with_its_own_basis_where_it_has_one(tmp_path: Path) -> None:
    applies = 'applies_to = ["payee", "times_a_year_at_most"]'
    block = only_block(tmp_path, f'\n[[terms.other_basis]]\n{applies}\ndocument = "文件乙"\nclause = "二"\nbasis_status = "unconfirmed"\n')
    figures = {figure.name: figure for figure in block.figures()}
    assert figures["payee"][1:] == ("organiser", "文件乙", "二", "unconfirmed")
    assert figures["age_at_least"][1:] == (16, "文件甲", "第一条", "confirmed")
    assert figures["times_a_year_at_most"].value is None, "an unset figure is shown where its basis is stated"
    assert "age_at_most" not in figures


def test_the_hash_of_a_block_changes_with_any_figure_and_with_its_document_and_with_nothing_else(tmp_path: Path) -> None:
    first = only_block(tmp_path)
    assert first.hash == only_block(tmp_path, "# a remark\n").hash
    assert first.hash != only_block(tmp_path, "age_at_most = 65\n").hash
    [other_document] = scheme_from(tmp_path, (HEAD + BLOCK).replace("文件甲", "文件乙")).terms
    assert first.hash != other_document.hash
    found_later = '\n[[terms.other_basis]]\napplies_to = ["payee"]\ndocument = "文件乙"\nclause = "二"\nbasis_status = "confirmed"\n'
    assert first.hash == only_block(tmp_path, found_later).hash, "on what a figure rests stands outside"


def test_a_reading_completes_what_a_block_leaves_out_and_changes_nothing_that_it_states(tmp_path: Path) -> None:
    silent = BLOCK.replace("age_at_least = 16\n", "")
    reading = READING + 'applies_to = ["times_a_year_at_most"]\nfigures = { age_at_least = 18, notice_working_days = 7 }\n'
    [block] = scheme_from(tmp_path, HEAD + silent, readings=reading).terms
    assert (block.age_at_least, block.notice_working_days) == (18, 5)
    figures = {figure.name: figure[1:] for figure in block.figures()}
    assert figures["age_at_least"] == (18, "口径", "一", "unconfirmed")
    assert figures["notice_working_days"] == (5, "文件甲", "第一条", "confirmed")
    assert figures["times_a_year_at_most"] == (None, "口径", "一", "unconfirmed")
    [written_out] = scheme_from(tmp_path, HEAD + BLOCK.replace("= 16", "= 18")).terms
    assert block.hash == written_out.hash, "who gives a figure changes no hash"


@pytest.mark.parametrize(
    ("day", "completed"),
    [pytest.param("2024-09-23", True, id="from-its-own-day"), pytest.param("2024-09-24", False, id="not-the-day-before")],
)
def test_a_reading_completes_only_blocks_in_force_from_its_own_day_on(tmp_path: Path, day: str, completed: bool) -> None:
    reading = READING.replace("2024-09-23", day) + "figures = { age_at_most = 50 }\n"
    assert only_block(tmp_path, readings=reading).age_at_most == (50 if completed else None)


@pytest.mark.parametrize(
    ("which", "completed"),
    [
        pytest.param("", True, id="every-scheme"),
        pytest.param('schemes = ["project"]', True, id="the-scheme-named"),
        pytest.param('schemes = ["startup"]', False, id="another-scheme"),
        pytest.param('claim_kinds = ["training"]', True, id="the-kind-named"),
        pytest.param('claim_kinds = ["placement"]', False, id="another-kind"),
        pytest.param('claim_kinds = ["training"]\nexcept_schemes = ["project"]', False, id="excepted"),
    ],
)
def test_a_reading_completes_the_schemes_it_names(tmp_path: Path, which: str, completed: bool) -> None:
    assert only_block(tmp_path, readings=f"{READING}{which}\nfigures = {{ age_at_most = 50 }}\n").age_at_most == (50 if completed else None)


def test_a_later_reading_stands_before_an_earlier_one_for_later_blocks_alone(tmp_path: Path) -> None:
    later = READING.replace("2024-09-23", "2025-01-01") + "figures = { age_at_most = 60 }\n"
    both = READING + "figures = { age_at_most = 50 }\n" + later
    text = HEAD + BLOCK + BLOCK.replace("2024-09-23", "2025-01-01")
    assert [block.age_at_most for block in scheme_from(tmp_path, text, readings=both).terms] == [50, 60]


@pytest.mark.parametrize(
    ("readings", "named"),
    [
        pytest.param(READING + "figures = { age = 1 }\n", "city_readings.toml:readings[0].figures.age:未知的键", id="an-unknown-figure"),
        pytest.param(READING + 'figures = { age_at_least = "16" }\n', "readings[0].figures.age_at_least:应为整数", id="a-wrong-type"),
        pytest.param(READING + 'applies_to = ["age"]\n', "readings[0].applies_to:age 不是条款项或规则", id="a-basis-for-nothing"),
        pytest.param(READING + 'schemes = ["lottery"]\n', "readings[0].schemes[0]:应为", id="an-unknown-scheme"),
        pytest.param(READING.replace("why", "because"), "readings[0].why:缺少该键", id="no-reason"),
        pytest.param(
            (READING + "figures = { age_at_most = 50 }\n") * 2,
            "age_at_most:city_readings.toml 中 2024-09-23 起有两条口径",
            id="two-of-one-day",
        ),
    ],
)
def test_a_faulty_reading_is_refused(tmp_path: Path, readings: str, named: str) -> None:
    with pytest.raises(BadFile) as raised:
        only_block(tmp_path, readings=readings)
    assert named in str(raised.value)


def test_a_figure_that_neither_document_nor_reading_gives_is_missed_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"terms\[0\].age_at_least:缺少该键,city_readings.toml 中也没有"):
        scheme_from(tmp_path, HEAD + BLOCK.replace("age_at_least = 16\n", ""))


def test_a_hash_kept_before_still_finds_its_block(tmp_path: Path) -> None:
    policy = Policy({"project": scheme_from(tmp_path, HEAD + BLOCK)}, {"project": {"dc7b": date(2024, 9, 23)}})
    [block] = policy.schemes["project"].terms
    assert policy.with_hash("project", "dc7b") is block is policy.with_hash("project", block.hash)
    assert policy.with_hash("project", "dc7c") is None
    published = replace(block, in_force_from=date(2026, 1, 1))
    joined = policy.joined("project", published, "as-it-was-stored")
    assert joined.with_hash("project", "as-it-was-stored") is published and joined.with_hash("project", "dc7b") is block


def test_the_retirement_schedule_goes_with_the_blocks_that_ask_for_it(tmp_path: Path) -> None:
    assert only_block(tmp_path).retirement is None
    [asking] = scheme_from(tmp_path, HEAD + BLOCK.replace("age = false", "age = true")).terms
    assert asking.retirement == SCHEDULE


def test_the_short_course_pays_what_the_plan_says_from_the_plans_day() -> None:
    policy = load(county.folder())
    first_day = date(2024, 9, 23)
    terms = policy.terms_on("agricultural_short", first_day)
    assert isinstance(policy.terms_on("agricultural_short", first_day - timedelta(days=1)), TermsMissing)
    assert isinstance(terms, Terms)
    assert (terms.yuan_per_person_day, terms.days_paid_at_most, terms.class_days_at_most) == (Decimal("60.00"), 3, 3)
    assert (terms.age_at_least, terms.age_at_most, terms.notice_working_days, terms.payee) == (16, 65, 5, "organiser")
    assert terms.basis_of("yuan_per_person_day").status == "confirmed" and terms.basis_of("payee").status == "unconfirmed"
