"""Finds the table in an office's sheet: which row is the header, which column is which, which rows are people and which are titles, totals and signatures."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared import county
from shared.national_numbers import compact
from shared.sheets import Book, Row, Sheet, SheetError, column_letter

HEADER_WITHIN_ROWS: Final = 30
HEADER_CHARACTERS_AT_MOST: Final = 20
NUMBER_DIGITS_AT_LEAST: Final = 10  # fewer digits in the number's column (44人, 无) are no attempt at a number

# The invented person in the templates: skipped while the row still says that it is the example.
EXAMPLE_ORDER: Final = "示例"
EXAMPLE_NUMBER: Final = county.here().examples.id_number

# What a header says once spaces, line breaks, units and remarks in brackets are gone. The first field that fits a header has it,
# the first column that fits a field has the field.
NOT_THE_PERSON: Final = r"(?!.*(?:父|母|户主|监护|配偶|家长|联系人|紧急|推荐|收款|开户|单位|公司|机构))"
HEADERS: Final[Mapping[str, str]] = {
    "order": r"序号|编号|序|号|顺序号|no\.?",
    "name": NOT_THE_PERSON + r".*姓名",
    "id_number": NOT_THE_PERSON + r"(?!.*(?:类型|类别|种类|有效|地址|住址|复印)).*(?:身份证|身份号码|证件号).*",
    "sex": r"性别",
    "bank_account": r"(?!.*(?:开户|名称|户名)).*(?:银行卡|账号|帐号|账户|卡号).*",
    "phone": NOT_THE_PERSON + r".*(?:电话|手机|联系方式|联系号码).*",
    "address": NOT_THE_PERSON + r"(?!户籍|户口).*(?:住址|地址|居住地|住所)",
    "region": NOT_THE_PERSON + r"(?!.*(?:性质|类别|类型|培训)).*(?:户籍|户口|乡镇|镇街|街道|镇|行政区划|所属区域).*",
    "employment": r".*(?:专兼职|专职|教师类别|教师类型|聘用方式|聘用形式|用工形式|任职形式|聘任方式).*",
    "insurance": r"险种.*|保险类型|养老保险类型",
    "state": r".*(?:待遇|发放|参保|在册|学籍|人员)状态|状态",
    "category": r"(?!.*(?:证件|户籍|户口|培训类|工种|单位|险|教师)).*(?:类别|人员类型|对象类型|身份类型|人员分类|人员性质)",
    "education": r".*(?:文化程度|学历|教育程度).*",
    "qualification": r".*(?:资格|职称|资质|证书名称).*",
    "stopped": r".*(?:停发|停保|停止).*(?:年月|日期|时间)",
    "until": r".*(?:结束|截止|截至|终止|到期|离职|毕业|解聘|离校).*(?:年月|日期|时间|日)|.*期止|至",
    "from": r"(?!.*(?:出生|填报|填表|培训)).*(?:开始|起始|起|聘用|聘任|任职|受聘|入职|入学|领取|参保|死亡|首次|享受).*(?:年月|日期|时间|日)|.*期起|起始?|自",
}
FOOT: Final = re.compile(
    r"^(?:合计|总计|小计|共计|累计|总人数|注:|备注:|说明:|填表|填报|制表|审核|复核|审批|经办|负责人?:|领导|单位|日期:|联系人|监督|班主任|共\d+人)|盖章|公章|签字|签名"
)
# Without a number, a row is a person's if one of these is filled in (an order or a category may be filled down over empty lines) …
WHO: Final = ("name", "phone", "bank_account")
# … and if it is not a single sentence.
NOTE: Final = re.compile(r"[,。;:!?]|.{16}")
INSTRUCTIONS: Final = re.compile(r"说明|须知|示例|样表|范例|字典|下拉|代码表|选项")
FIELD_NAMES: Final[Mapping[str, str]] = {
    "name": "姓名",
    "id_number": "身份证号码",
    "region": "户籍所在乡镇(街道)",
    "from": "起始日期",
    "employment": "专职/兼职",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """A sheet whose header was found: `header_row` and `last_header_row` as the spreadsheet counts, `columns` from field to column counted from 0."""

    sheet: Sheet
    header_row: int
    last_header_row: int
    columns: Mapping[str, int]

    def letter(self, field: str) -> str:
        return column_letter(self.columns[field]) if field in self.columns else column_letter(self.columns["name"])

    def text(self, row: Row, field: str) -> str:
        return row.text(self.columns.get(field))


def header_words(text: str) -> str:
    """户籍所在乡镇\\n(街道) → 户籍所在乡镇, * 姓  名: → 姓名."""
    return re.sub(r"\(.*?\)|\[.*?\]|【.*?】|[\s*::、,。]", "", text).lower()


def columns_of(row: Row) -> dict[str, int]:
    found: dict[str, int] = {}
    for column in range(len(row.values)):
        words = header_words(row.text(column))
        if not words or len(words) > HEADER_CHARACTERS_AT_MOST or column in row.filled:
            continue
        if field := next((field for field, pattern in HEADERS.items() if re.fullmatch(pattern, words)), None):
            found.setdefault(field, column)
    if "region" not in found and "address" in found:
        found["region"] = found["address"]  # an office that lists no town lists the address the town stands in
    return found


def find_layouts(book: Book, *, needed: Sequence[str]) -> list[Layout]:
    """Every visible sheet that holds a table with the needed columns; raises SheetError `unknown_sheet_layout` saying what is missing."""
    layouts: list[Layout] = []
    nearest: tuple[str, dict[str, int]] = ("", {})
    for sheet in book.sheets:
        if not sheet.visible or (INSTRUCTIONS.search(sheet.name) and len(book.sheets) > 1):
            continue
        candidates = [(row, columns_of(row)) for row in sheet.rows[:HEADER_WITHIN_ROWS]]
        header, columns = max(candidates, key=lambda found: (sum(field in found[1] for field in needed), len(found[1])))
        if header is not None and set(needed) <= columns.keys():
            layouts.append(_with_second_row(sheet, header, columns))
        elif len(columns) > len(nearest[1]):
            nearest = (sheet.name, columns)
    if not layouts:
        missing = "、".join(FIELD_NAMES[field] for field in needed if field not in nearest[1])
        where = f"表“{nearest[0]}”缺少列:{missing}" if nearest[1] else f"没有找到表头;至少要有列:{missing}"
        raise SheetError("unknown_sheet_layout", f"{where}。请补上表头,或下载模板填写")
    return layouts


def _with_second_row(sheet: Sheet, header: Row, columns: dict[str, int]) -> Layout:
    """A header merged downwards over a second row: the second row names what stands below a shared heading (联系方式: 电话, 微信)."""
    first, last = min(columns.values()), header
    for below in sheet.rows[header.number :]:
        if first not in below.filled or below.text(first) != header.text(first):
            break
        columns = columns_of(below) | columns
        last = below
    return Layout(sheet, header.number, last.number, columns)


def people(layout: Layout) -> Iterator[Row]:
    """The rows of people: no blank lines, totals, signatures, headers repeated on each printed page, nor the template's own example."""
    header = layout.sheet.rows[layout.header_row - 1]
    for row in layout.sheet.rows[layout.last_header_row :]:
        own = row.own_texts()
        id_number = compact(layout.text(row, "id_number"))
        if not own or (layout.text(row, "order") == EXAMPLE_ORDER and id_number in ("", EXAMPLE_NUMBER)):
            continue
        if sum(character.isdigit() or character == "*" for character in id_number) < NUMBER_DIGITS_AT_LEAST:
            told = [text for field in WHO if (text := layout.text(row, field))]
            again = all(row.text(column) == header.text(column) for column in set(layout.columns.values()))
            if not told or again or any(FOOT.search(text) for text in own) or (len(own) == 1 and NOTE.search(own[0])):
                continue
        yield row
