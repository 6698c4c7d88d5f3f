"""The reference lists: every code, the words offices use for it, and what a slip in a file is answered with."""

import re
import shutil
from pathlib import Path

import pytest

from services.registry import codes
from services.registry.reference import policy, reading
from shared import codes as labels
from shared import county
from shared.strict import BadFile

TOWNS = {
    "城西街道": "522601001",
    "大十字街道": "522601002",
    "西门街道": "522601003",
    "洗马河街道": "522601004",
    "湾溪街道": "522601005",
    "鸭塘街道": "522601006",
    "开怀街道": "522601007",
    "白午街道": "522601008",
    "白果井街道": "522601009",
    "三棵树镇": "522601100",
    "舟溪镇": "522601101",
    "旁海镇": "522601103",
    "湾水镇": "522601104",
    "炉山镇": "522601105",
    "万潮镇": "522601106",
    "龙场镇": "522601107",
    "碧波镇": "522601108",
    "下司镇": "522601109",
    "凯棠镇": "522601110",
    "大风洞镇": "522601111",
}
OLD_NAMES = {"鸭塘镇": "522601006", "凯棠乡": "522601110", "大风洞乡": "522601111"}
FIVE_GROUPS = {"poverty_family_child", "graduating_student", "school_leaver", "rural_transfer_worker", "registered_unemployed"}
LEVELS = ["apprentice", "junior", "intermediate", "senior", "technician", "senior_technician", "special_technician", "chief_technician"]
TEACHING_THE_PUBLIC = [
    "private_school",
    "vocational_college",
    "technical_school",
    "association",
    "assessment_organisation",
    "labour_agency",
]
TEACHING_THEIR_OWN = ["enterprise", "cooperative", "workshop"]
CHANNELS = [
    "agricultural_short",
    "project",
    "startup",
    "apprenticeship",
    "pre_job",
    "transfer",
    "upskill",
    "high_skill",
    "new_occupation",
    "safety",
]


def test_the_towns_go_by_their_names_and_their_old_names() -> None:
    assert policy.region_aliases() == TOWNS | OLD_NAMES


@pytest.mark.parametrize("name", ["凯里市", "雷山县", "禅城区", "炉碧经开区"])
def test_what_is_not_a_town_is_no_town(name: str) -> None:
    assert name not in policy.region_aliases()


def test_foshan_has_its_five_districts() -> None:
    districts = {region.name: region.code for region in policy.lists().regions.values() if region.kind == "district"}
    assert districts == {"禅城区": "440604", "南海区": "440605", "顺德区": "440606", "三水区": "440607", "高明区": "440608"}


def test_the_two_zones_stand_beside_the_towns() -> None:
    zones = [region.name for region in policy.lists().regions.values() if region.kind == "zone"]
    assert zones == ["黔东南高新区", "炉碧经开区"]


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("农村转移劳动者", "rural_transfer_worker"),
        ("农村转移就业劳动者", "rural_transfer_worker"),
        ("毕业年度高校毕业生", "graduating_student"),
        ("毕业年度的高校毕业生", "graduating_student"),
        ("城乡未继续升学的应届初高中毕业生", "school_leaver"),
        ("建档立卡贫困劳动力", "out_of_poverty_worker"),
        ("合作社社员", "cooperative_member"),
        ("易地搬迁劳动力", "relocated_worker"),
    ],
)
def test_a_category_goes_by_the_words_offices_use(word: str, code: str) -> None:
    assert policy.category_words()[word] == code


@pytest.mark.parametrize("word", ["农民", "失业人员", "高校毕业生", ""])
def test_a_vague_word_is_no_category(word: str) -> None:
    assert word not in policy.category_words()


def test_the_categories_are_fifteen_and_five_of_them_are_the_five_groups() -> None:
    categories = policy.lists().categories
    assert len(categories) == 15
    assert {category.code for category in categories.values() if category.five_groups} == FIVE_GROUPS


def test_levels_rise_in_rank_while_their_digits_fall() -> None:
    levels = list(policy.lists().levels.values())
    assert [level.code for level in sorted(levels, key=lambda level: level.rank)] == LEVELS
    assert [level.digit for level in levels] == [None, 5, 4, 3, 2, 1, None, None]


@pytest.mark.parametrize(
    ("word", "code"), [("五级", "junior"), ("高级工", "senior"), ("高级工(三级)", "senior"), ("一级/高级技师", "senior_technician")]
)
def test_a_level_goes_by_its_words(word: str, code: str) -> None:
    assert policy.words(policy.lists().levels.values())[word] == code


@pytest.mark.parametrize(
    ("word", "code"), [("电工", "6-31-01-03"), ("保育师", "4-10-01-03"), ("保育员", "4-10-01-03"), ("叉车司机", "6-30-05-01")]
)
def test_an_occupation_goes_by_its_name_its_old_name_and_its_trade(word: str, code: str) -> None:
    assert policy.words(policy.lists().occupations.values())[word] == code


def test_domestic_service_has_no_highest_level() -> None:
    assert policy.lists().occupations["4-10-01-06"].levels == ("junior", "intermediate", "senior", "technician")


def test_no_occupation_passes_for_confirmed() -> None:
    assert {occupation.basis_status for occupation in policy.lists().occupations.values()} == {"unconfirmed"}


def test_batik_has_no_code_that_we_know() -> None:
    assert "蜡染" not in policy.words(policy.lists().occupations.values())


def test_the_channels_are_ten_and_one_that_is_not_subsidised() -> None:
    assert list(policy.lists().channels) == [*CHANNELS, "social"]
    assert not any(policy.needs_designation("social", kind) for kind in TEACHING_THE_PUBLIC)


def test_only_the_short_course_has_a_longest_length() -> None:
    assert {code: channel.days_at_most for code, channel in policy.lists().channels.items() if channel.days_at_most} == {
        "agricultural_short": 3
    }


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("kind", TEACHING_THE_PUBLIC)
def test_who_teaches_the_public_needs_designation(channel: str, kind: str) -> None:
    assert policy.needs_designation(channel, kind)
    assert policy.kind_needs_designation(kind)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("kind", TEACHING_THEIR_OWN)
def test_who_teaches_its_own_needs_none(channel: str, kind: str) -> None:
    assert not policy.needs_designation(channel, kind)
    assert not policy.kind_needs_designation(kind)


def test_every_institution_kind_is_in_one_of_the_two_lots() -> None:
    assert set(policy.lists().institution_kinds) == {*TEACHING_THE_PUBLIC, *TEACHING_THEIR_OWN}


def test_every_code_has_a_label_in_both_languages() -> None:
    lists = reading.shown(county.folder()) | labels.shown(codes.OWNED)
    assert {"region", "occupation", "level", "category", "institution_kind", "channel", "personal_status", "class_status"} <= lists.keys()
    for rows in lists.values():
        assert len({row["code"] for row in rows}) == len(rows)
        for row in rows:
            assert row["code"] and row["label"] and row["label_en"].isascii()


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        pytest.param("regions.toml", 'kind = "zone"', 'kind = "park"', "regions[qiandongnan_hi_tech].kind:应为", id="unknown-kind"),
        pytest.param("regions.toml", 'parent = "522601"', 'parent = "5226"', "没有代码 5226", id="parent-that-is-not-there"),
        pytest.param("regions.toml", 'code = "522601002"', 'code = "522601001"', "522601001 出现多次", id="code-twice"),
        pytest.param("regions.toml", '["凯棠乡"]', '["大风洞镇"]', "大风洞镇 已用于", id="word-twice"),
        pytest.param("occupations.toml", '"junior"', '"beginner"', "没有代码 beginner", id="unknown-level"),
        pytest.param("occupations.toml", "name_en", "english", "english:未知的键", id="unknown-key"),
        pytest.param("levels.toml", "rank = 1\n", "", "levels[apprentice].rank:缺少该键", id="missing-key"),
        pytest.param("levels.toml", "rank = 1\n", "rank = true\n", "levels[apprentice].rank:应为整数,实为 True", id="bool-for-a-number"),
        pytest.param("channels.toml", '"labour_agency"', '"agency"', "没有代码 agency", id="unknown-institution-kind"),
        pytest.param("channels.toml", '"labour_agency"', "1", "designated_kinds[5]:应为文字,实为 1", id="number-for-a-word"),
        pytest.param("categories.toml", "[[categories]]", "[[category]]", "category:未知的键;categories:缺少该键", id="unknown-list"),
        pytest.param("regions.toml", "[[regions]]", "[[regions", "TOML", id="broken-toml"),
        pytest.param("standing.toml", 'blacklist = "三(一)3"\n', "", "clauses.blacklist:缺少该键", id="missing-clause"),
        pytest.param(
            "standing.toml", "years_between_ratings_at_most = 3\n", "", "years_between_ratings_at_most:缺少该键", id="missing-figure"
        ),
    ],
)
def test_a_slip_in_a_file_is_named_by_file_and_key(tmp_path: Path, file: str, old: str, new: str, complaint: str) -> None:
    shutil.copytree(county.folder(), tmp_path, dirs_exist_ok=True)
    text = (tmp_path / file).read_text(encoding="utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(BadFile, match=re.escape(complaint)) as fault:
        reading.load(tmp_path)
    assert str(fault.value).startswith(file)


@pytest.mark.parametrize("text", ["", "regions = 3\n", "regions = [3]\n"], ids=["empty", "a-number", "a-list-of-numbers"])
def test_a_file_without_its_rows_is_refused(tmp_path: Path, text: str) -> None:
    shutil.copytree(county.folder(), tmp_path, dirs_exist_ok=True)
    (tmp_path / "regions.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadFile, match=r"regions\.toml:regions"):
        reading.load(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"regions\.toml:缺少文件"):
        reading.load(tmp_path)
