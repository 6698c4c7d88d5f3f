"""Names of persons: how one is read wherever it comes in, and when two are one name. Values in, values out.

A name is kept in one form: half width, the dot between its parts always ·, no space between Han characters and one between words of other scripts, the
real characters for those that old systems wrote with private codes, in Unicode's composed form (NFC). Rare characters stay, also beyond the basic plane.
What cannot be seen is refused and not dropped, variation selectors too: two names that look the same must be the same, and whoever sent it should know.
A number of a person inside a name would stand in every list in full, so it is refused.
"""

import re
import unicodedata
from typing import Final

from shared.national_numbers import HALF_WIDTH

LONGEST: Final = 100
CODES: Final = ("name_missing", "invalid_name")
MISSING, INVALID = CODES

# GBK's row FE50 to FEA0 was mapped to U+E815 to U+E864 before Unicode had its characters, and 䶮 and its like are still stored so. 66 of them have had
# their real code points since GB 18030-2000. Of the last fourteen, GB 18030-2022 gives eight (U+9FB4 to U+9FBB) and takes the glyphs of six away as
# duplicates of U+20087, U+20089, U+200CC, U+215D7, U+2298F and U+241FE (GB/T 22321.1-2018); Python's codec `gb18030` still reads the fourteen as private.
_ROW_FE = (
    "⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏䎱"
    "䎬⺻䏝䓖䙡䙌龹䜣䜩䝼䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻"
)
# The other ten that GB 18030-2022 took out of the private area are upright punctuation (A6D9 to A6F3).
_UPRIGHT = "︐︒︑︓︔︕︖︗︘︙"
_DOTS = "•‧∙⋅・･﹒‣◦᛫⸱ꞏ●"
_REAL: Final = (
    HALF_WIDTH
    | {0xE815 + place: ord(character) for place, character in enumerate(_ROW_FE)}
    | {0xE78D + place: ord(character) for place, character in enumerate(_UPRIGHT)}
    | {code: unicodedata.normalize("NFKC", chr(code)) for code in range(0x2F00, 0x2FD6)}  # the radicals that a PDF copies for ⽅ and ⼀
    | dict.fromkeys(map(ord, _DOTS), "·")
)
_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_PLAIN = re.compile(r"[\u4e00-\u9fff]{1,20}")  # most names: nothing to do
_SPACE = re.compile(rf"(?<![^\W{_HAN}]) | (?![^\W{_HAN}])")  # beside what is no letter of words
_POINT = re.compile(r"(?<=\w)[.。](?=\w)")
_NUMBER = re.compile(r"(?:\d\W*){11}")  # a phone has eleven digits, an account and a citizen's number more
_IDLE = re.compile(r"[\s·.。'’`-]")
# Letters and marks by their category that nevertheless show nothing.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0") | {
    chr(c) for c in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))
}


class Unreadable(ValueError):
    """The text is no name. `seen` may be shown; `fix` says in Chinese what to do."""

    def __init__(self, code: str, seen: str, fix: str) -> None:
        super().__init__(code)
        self.code, self.seen, self.fix = code, seen, fix


def read(text: str) -> str:
    """The name in the form in which it is kept and shown; raises Unreadable."""
    if _PLAIN.fullmatch(text):
        return text
    name = called(text)
    if _NUMBER.search(name):
        raise Unreadable(INVALID, "", "姓名中有证件号码、电话或账号;姓名一栏只填姓名")
    if not any(each.isalpha() or "\U00020000" <= each <= "\U0003ffff" for each in name):
        raise Unreadable(INVALID, name, "姓名中没有文字;填写与身份证一致的姓名")
    return name


def called(text: str) -> str:
    """The same of what an account is called, who need not be called as on a document: digits and no letter are no fault."""
    name = _formed(text)
    if not name:
        raise Unreadable(MISSING, "", "填写与身份证一致的姓名")
    if unseen := next(filter(_is_unseen, name), None):
        code = f"U+{ord(unseen):04X}"
        raise Unreadable(INVALID, code, f"姓名中有看不见或无法显示的字符({code});请删去,或改用证件上的字")
    return name


def same(one: str, other: str) -> bool:
    """Whether two texts are one name however they were typed: widths, private codes, spaces, dots, case and what cannot be seen make no difference."""
    return one == other or key(one) == key(other)


def key(text: str) -> str:
    """What names are told apart by."""
    return text if _PLAIN.fullmatch(text) else "".join(each for each in _IDLE.sub("", _formed(text)) if not _is_unseen(each)).casefold()


def sought(part: str) -> str:
    """A part of a name that is looked for, in the form of the names that are kept; whatever it is, it is no fault."""
    return _formed(part).replace(".", "·") or part


def _formed(text: str) -> str:
    name = unicodedata.normalize("NFC", text.translate(_REAL))
    return _POINT.sub("·", _SPACE.sub("", re.sub(r"\s+", " ", name).strip()))


def _is_unseen(character: str) -> bool:
    """Controls, marks of direction and width, private codes; what is not assigned, except where younger ideographs than this Python knows stand."""
    if character in _BLANK:
        return True
    category = unicodedata.category(character)
    return category in ("Cc", "Cf", "Co", "Cs") or (category == "Cn" and not "\U00020000" <= character <= "\U0003ffff")
