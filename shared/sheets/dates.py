"""Civil dates in every office spelling."""

import datetime as dt
import re
from typing import Final

from shared.sheets.cells import DAY_ZERO, Value, text_of

CHINESE_DIGITS: Final = str.maketrans("〇○零一二三四五六七八九", "000123456789")
SEPARATOR: Final = r"[-./、—–−年月]"
DAY: Final = re.compile(rf"(?:(\d{{4}}|\d{{2}}){SEPARATOR})?(\d{{1,2}}){SEPARATOR}(\d{{1,2}})[日号]?")
MONTH: Final = re.compile(rf"(\d{{4}})(?:{SEPARATOR}(\d{{1,2}})|(\d{{2}}))月?份?")
CLOCK_TIME: Final = re.compile(r"(?:\s+|T)\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?$")
WEEKDAY: Final = re.compile(r"\(?(?:星期|周|礼拜)[一二三四五六日天]\)?$")
SERIAL: Final = re.compile(r"[2-7]\d{4}(?:\.\d+)?")  # a date that lost its format: days since the sheet's day zero, 1970 at the earliest
SERIAL_FROM, SERIAL_TO = dt.date(1970, 1, 1), dt.date(2100, 1, 1)


def _plain_digits(cell: Value) -> str:
    text = WEEKDAY.sub("", CLOCK_TIME.sub("", text_of(cell)))
    text = re.sub(r"([一二三]?)十([一二三四五六七八九]?)", lambda tens: f"{tens[1] or '一'}{tens[2] or '零'}", text)
    return re.sub(r"\s", "", text).translate(CHINESE_DIGITS).rstrip(".")


def read_date(cell: Value, *, default_year: int | None = None, day_zero: dt.date = DAY_ZERO) -> dt.date:
    """A civil date in any office spelling; raises ValueError. A day without a year (7月23日) needs `default_year`; a bare number counts from `day_zero`."""
    if isinstance(cell, dt.datetime):
        return cell.date()
    if isinstance(cell, dt.date):
        return cell
    text = _plain_digits(cell)
    if SERIAL.fullmatch(text):
        on = day_zero + dt.timedelta(days=int(float(text)))
        if SERIAL_FROM <= on < SERIAL_TO:
            return on
    if re.fullmatch(r"[0-9]{8}", text):
        year, month, day = text[:4], text[4:6], text[6:]
    elif isinstance(cell, str) and (found := DAY.fullmatch(text)) and text.isprintable():
        year, month, day = found[1] or str(default_year or ""), found[2], found[3]
    else:
        raise ValueError("not a date")
    if len(year) == 2:
        # 25/7/23 is a year first; 12/08/25 could be a day of 2012 or of 2025, so it is not guessed.
        year = f"20{year}" if 13 <= int(year) <= 69 else ""
    if not year or not 1900 <= int(year) <= 2100:
        raise ValueError("no certain year")
    return dt.date(int(year), int(month), int(day))


def read_month(cell: Value) -> dt.date:
    """The first day of a month written without a day (202412, 2024-12, 2024年12月); raises ValueError."""
    found = MONTH.fullmatch(_plain_digits(cell)) if isinstance(cell, str | int) or (isinstance(cell, float) and cell.is_integer()) else None
    if found is None or not 1900 <= int(found[1]) <= 2100:
        raise ValueError("not a month")
    return dt.date(int(found[1]), int(found[2] or found[3]), 1)
