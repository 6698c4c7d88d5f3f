"""Opens what offices send (.xlsx, .xls, .csv), within limits that hold before anything is unpacked into memory."""

import contextlib
import csv
import datetime as dt
import io
import pickle
import re
import resource
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import python_calamine
import xlrd

from shared.redaction import redact
from shared.sheets.cells import DAY_ZERO, DAY_ZERO_1904, Book, Merged, Row, Sheet, SheetError, Value

FILE_BYTES_AT_MOST: Final = 20 * 1024 * 1024
UNPACKED_BYTES_AT_MOST: Final = 200 * 1024 * 1024
# Shared strings are copied into every cell that names them; this bounds the copies (cells × longest string).
CELL_TEXT_BYTES_AT_MOST: Final = 1024 * 1024 * 1024
ENTRIES_AT_MOST: Final = 1_000
SHEETS_AT_MOST: Final = 50
ROWS_AT_MOST: Final = 20_200  # 20,000 people, and the titles and signatures around them
COLUMNS_AT_MOST: Final = 200
TITLE_CHARACTERS_AT_MOST: Final = 27  # a spreadsheet takes 31, and the place in the book follows
XLS_MEMORY_BYTES_AT_MOST: Final = 1024 * 1024 * 1024
XLS_SECONDS_AT_MOST: Final = 60


# A <row> or <c> with its attributes; group 3 or 4 says that it is empty (formatted cells without content do not count).
TAG: Final = re.compile(rb"""<(?:[\w.-]+:)?(row|c)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(/?)>(\s*</)?""")
# A cell whose formula failed. The reader would give it as blank; as text, it gives what the cell shows.
FAILED_CELL: Final = re.compile(rb"""(<(?:[\w.-]+:)?c\s[^<>]*?\bt\s*=\s*)(["'])e\2""")
COUNTS_FROM_1904: Final = re.compile(rb"""<(?:[\w.-]+:)?workbookPr\s[^<>]*?\bdate1904\s*=\s*["'](?:1|true|on)["']""")
DELIMITERS: Final = ",;\t|"
DELIMITER_SEEN_IN_ROWS: Final = 40
POSITION: Final = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]*)(\d+)["']""")


def open_book(data: bytes, filename: str) -> Book:
    """Opens by content, not by name; raises SheetError. Blocks: call it in a thread or a job."""
    if len(data) > FILE_BYTES_AT_MOST:
        raise SheetError("file_too_large", f"文件 {len(data) / 1024 / 1024:.1f} MB,最大 20 MB;请拆分后分次导入")
    if not data.strip():
        raise SheetError("unreadable_file", "文件是空的;请重新导出或下载模板填写")
    if data.startswith(b"PK"):
        sheets = _calamine_sheets(*_checked(data))
    elif data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise SheetError("unreadable_file", "文件设有打开密码;请取消密码(另存为不加密的 .xlsx)后再导入")
        sheets = _sheets_in_child(data)
    elif filename.lower().endswith((".csv", ".txt", ".tsv")):
        sheets = [_csv_sheet(data)]
    else:
        raise SheetError("unreadable_file", "内容不是电子表格(可能是其他文件改了扩展名);请用 .xlsx、.xls 或 .csv")
    if not any(row.own_texts() for sheet in sheets for row in sheet.rows):
        raise SheetError("unreadable_file", "表中没有内容;请检查是否保存了填写的数据")
    return Book(filename, tuple(sheets))


def _broken() -> SheetError:
    return SheetError("unreadable_file", "文件已损坏或不是 .xlsx 工作簿;请用表格软件打开后另存为 .xlsx 再导入")


def _too_long(seen: str) -> SheetError:
    return SheetError(
        "file_too_large", f"{seen};每张表最多 20000 人、{COLUMNS_AT_MOST} 列。请删去表格下方和右侧多余的内容,或拆分后分次导入"
    )


def _too_many_sheets(there: int) -> SheetError:
    return SheetError("file_too_large", f"工作簿有 {there} 张表,最多 {SHEETS_AT_MOST} 张;请只保留要导入的表")


def _checked(data: bytes) -> tuple[bytes, dt.date]:
    """Looks into the package before calamine does: calamine unpacks everything and allocates the whole rectangle between the outermost cells. Answers
    the package, with the errors of cells as texts, and the day from which it counts."""
    failed: dict[str, bytes] = {}
    day_zero = DAY_ZERO
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
            names = {entry.filename.lower().lstrip("/") for entry in entries}
            if "xl/workbook.xml" not in names or names & {"xl/workbook.bin", "content.xml"}:
                raise SheetError("unreadable_file", "压缩包内不是 .xlsx 工作簿;请在表格软件中另存为 .xlsx 再导入")
            if len(entries) > ENTRIES_AT_MOST or sum(entry.file_size for entry in entries) > UNPACKED_BYTES_AT_MOST:
                raise SheetError("file_too_large", "文件解压后超过 200 MB 或部件过多;请只保留要导入的表,另存后再导入")
            cells, longest = 0, 0
            for entry in entries:
                part = package.read(entry)  # never more than file_size: zipfile stops there and then misses the checksum
                if part[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<") or b"<!ENTITY" in part:
                    raise _broken()
                if b"sheetData" in part:
                    cells = max(cells, _count_cells(part))
                    told, errors = FAILED_CELL.subn(rb"\1\2str\2", part)
                    if errors:
                        failed[entry.filename] = told
                elif b"sst" in part[:2_000]:
                    longest = max(len(text) for text in re.split(rb"</(?:[\w.-]+:)?si>", part))
                elif entry.filename.lower().lstrip("/") == "xl/workbook.xml" and COUNTS_FROM_1904.search(part):
                    day_zero = DAY_ZERO_1904
            if failed:
                data = _with_parts(package, failed)
    except SheetError:
        raise
    except Exception:  # zipfile answers a broken package with errors of many kinds
        raise _broken() from None
    if cells * longest > CELL_TEXT_BYTES_AT_MOST:
        raise SheetError("file_too_large", "单元格文字过长;请删去大段说明后再导入")
    return data, day_zero


def _with_parts(package: zipfile.ZipFile, parts: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as changed:
        for entry in package.infolist():
            changed.writestr(entry.filename, parts.get(entry.filename) or package.read(entry))
    return out.getvalue()


def _count_cells(part: bytes) -> int:
    row = cells = in_row = 0
    for tag in TAG.finditer(part):
        position = POSITION.search(tag[2])
        if tag[1] == b"row":
            row, in_row = int(position[2]) if position else row + 1, 0
            continue
        in_row += 1
        if tag[3] or tag[4]:
            continue
        letters, number = (position[1].decode().upper(), int(position[2])) if position else ("", row)
        column = 0
        for letter in letters:
            column = column * 26 + ord(letter) - 64
        if number > ROWS_AT_MOST or max(column, in_row) > COLUMNS_AT_MOST:
            raise _too_long(f"第 {number} 行 {letters or '靠后的'} 列还有内容")
        cells += 1
    return cells


def _calamine_sheets(data: bytes, day_zero: dt.date) -> list[Sheet]:
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        kinds = {meta.name: meta for meta in workbook.sheets_metadata if meta.typ == python_calamine.SheetTypeEnum.WorkSheet}
        if len(kinds) > SHEETS_AT_MOST:
            raise _too_many_sheets(len(kinds))
        visible = python_calamine.SheetVisibleEnum.Visible
        return [_sheet(workbook, name, number, meta.visible == visible, day_zero) for number, (name, meta) in enumerate(kinds.items(), 1)]
    except SheetError:
        raise
    except python_calamine.PasswordError:
        raise SheetError("unreadable_file", "文件设有打开密码;请取消密码后再导入") from None
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:  # a panic in the Rust reader is not an Exception
        raise _broken() from None


def _title(name: str, number: int) -> str:
    """A sheet as it is called from here on. One that is named for somebody's number is told apart by its own place in the book."""
    return name if (shown := redact(name)) == name else f"{shown[:TITLE_CHARACTERS_AT_MOST]} #{number}"


def _sheet(workbook: python_calamine.CalamineWorkbook, name: str, number: int, visible: bool, day_zero: dt.date) -> Sheet:
    source = workbook.get_sheet_by_name(name)
    high, wide = (source.end[0] + 1, source.end[1] + 1) if source.end else (0, 0)
    _not_too_long(name, high, wide)
    grid = [[_value(cell) for cell in cells] for cells in source.to_python(skip_empty_area=False)]
    return _with_merged(_title(name, number), visible, grid, source.merged_cell_ranges or [], day_zero)


def _not_too_long(name: str, rows_high: int, columns_wide: int) -> None:
    if rows_high > ROWS_AT_MOST or columns_wide > COLUMNS_AT_MOST:
        raise _too_long(f"表“{redact(name)}”有 {rows_high} 行、{columns_wide} 列")


def _with_merged(
    name: str, visible: bool, grid: list[list[Value]], ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]], day_zero: dt.date
) -> Sheet:
    """`ranges` of merged cells by their first and last corner, row before column."""
    merged: list[Merged] = []
    filled: dict[int, set[int]] = {}
    for (top, left), corner in ranges:
        bottom, right = min(corner[0], len(grid) - 1), min(corner[1], len(grid[0]) - 1 if grid else -1)
        spots = [(row, column) for row in range(top, bottom + 1) for column in range(left, right + 1)]
        if len(spots) < 2 or any(column in filled.get(row, ()) for row, column in spots):
            continue  # a single cell, outside the content, or across another merged cell (a broken file)
        merged.append((top, left, bottom, right))
        for row, column in spots[1:]:
            grid[row][column] = grid[top][left]
            filled.setdefault(row, set()).add(column)
    rows = (Row(number, tuple(values), frozenset(filled.get(number - 1, ()))) for number, values in enumerate(grid, 1))
    return Sheet(name, visible, tuple(rows), tuple(merged), day_zero)


def _value(cell: Any) -> Value:
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, dt.time | dt.timedelta):
        return str(cell)
    return None if cell == "" else cell


def _sheets_in_child(data: bytes) -> list[Sheet]:
    """The old .xls format cannot be measured before it is opened, so it is opened in a process that may use only so much memory and time."""
    command = [sys.executable, "-c", "from shared.sheets.opening import answer_parent; answer_parent()"]
    try:
        child = subprocess.run(
            command, input=data, capture_output=True, timeout=XLS_SECONDS_AT_MOST, check=True, cwd=Path(__file__).parents[2]
        )
    except subprocess.SubprocessError:
        raise SheetError("unreadable_file", "文件已损坏,或表格右侧、下方很远处还有内容;请用表格软件打开后另存为 .xlsx 再导入") from None
    answer = pickle.loads(child.stdout)  # written by the lines below, in our own process
    if isinstance(answer, tuple):
        raise SheetError(*answer)
    return list(answer)


def answer_parent() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (XLS_MEMORY_BYTES_AT_MOST, XLS_MEMORY_BYTES_AT_MOST))
    resource.setrlimit(resource.RLIMIT_CPU, (XLS_SECONDS_AT_MOST, XLS_SECONDS_AT_MOST))  # also when the parent is there no more
    answer: list[Sheet] | tuple[str, str]
    try:
        answer = _xls_sheets(sys.stdin.buffer.read())
    except SheetError as error:
        answer = (error.code, error.detail)
    sys.stdout.buffer.write(pickle.dumps(answer))


def _xls_sheets(data: bytes) -> list[Sheet]:
    """By the reader that tells an error from a blank and knows from which day the book counts."""
    try:
        book = xlrd.open_workbook(file_contents=data, logfile=io.StringIO(), formatting_info=True)  # for the merged cells
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise SheetError("unreadable_file", "文件设有打开密码;请取消密码后再导入") from None
        raise
    if book.nsheets > SHEETS_AT_MOST:
        raise _too_many_sheets(book.nsheets)
    day_zero = DAY_ZERO_1904 if book.datemode else DAY_ZERO
    sheets = []
    for number, sheet in enumerate(book.sheets(), 1):
        _not_too_long(sheet.name, sheet.nrows, sheet.ncols)
        grid = [[_xls_value(cell, book.datemode) for cell in sheet.row(row)] for row in range(sheet.nrows)]
        ranges = [((top, left), (bottom - 1, right - 1)) for top, bottom, left, right in sheet.merged_cells]
        sheets.append(_with_merged(_title(sheet.name, number), sheet.visibility == 0, grid, ranges, day_zero))
    return sheets


def _xls_value(cell: Any, datemode: int) -> Value:
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    if cell.ctype == xlrd.XL_CELL_DATE:
        with contextlib.suppress(xlrd.xldate.XLDateError, ValueError, OverflowError):
            moment: dt.datetime = xlrd.xldate.xldate_as_datetime(cell.value, datemode)
            return moment.date() if cell.value >= 1 and not cell.value % 1 else moment if cell.value >= 1 else str(moment.time())
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return _value(bool(cell.value))
    return None if cell.value == "" else cell.value


def _csv_sheet(data: bytes) -> Sheet:
    text = _decoded(data)
    if told := re.match(r'"?sep=(.)"?\r?\n', text):  # said to the spreadsheet, which shows no such line
        text = text[told.end() :]
    delimiter = told[1] if told else max(DELIMITERS, key=lambda each: _parted(text, each))
    rows: list[Row] = []
    try:
        for number, fields in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1):
            if number > ROWS_AT_MOST or len(fields) > COLUMNS_AT_MOST:
                raise _too_long(f"第 {number} 行有 {len(fields)} 列")
            rows.append(Row(number, tuple(_csv_value(field) for field in fields)))
    except csv.Error:
        raise SheetError("unreadable_file", "csv 的引号或分隔不成对;请用表格软件打开后另存为 .xlsx 再导入") from None
    return Sheet("Sheet1", True, tuple(rows))


def _parted(text: str, delimiter: str) -> int:
    """How many clean fields the first lines have by this delimiter: none that begins or ends with another one, which then is the true one, and none of a line
    in which it parts what is quoted."""
    others = DELIMITERS.replace(delimiter, "").replace("\t", "")
    try:
        rows = [
            row
            for row, _ in zip(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), range(DELIMITER_SEEN_IN_ROWS), strict=False)
        ]
    except csv.Error:
        return 0
    whole = (row for row in rows if len(row) > 1 and not any(field.startswith('"') != field.endswith('"') for field in row))
    fields = (field.strip() for row in whole for field in row)
    return sum(bool(field) and field[0] not in others and field[-1] not in others for field in fields)


def _decoded(data: bytes) -> str:
    encodings = ["utf-16"] if data[:2] in (b"\xff\xfe", b"\xfe\xff") else ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0e-\x1f\ufffe\uffff]", text):
            return text
    raise SheetError("unreadable_file", "csv 不是 UTF-8、GB18030 或 UTF-16 文字;请用表格软件打开后另存为 .xlsx 再导入")


def _csv_value(field: str) -> Value:
    """Some programs keep long numbers whole by writing them as ="…"."""
    quoted = re.fullmatch(r'\s*="(.*)"\s*', field)
    return (quoted[1] if quoted else field) or None
