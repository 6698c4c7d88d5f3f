"""The words of this service and their labels: Foshan's districts, skill levels, states, kinds of updates. Plain data."""

from collections.abc import Mapping
from typing import Any, Final

FOSHAN_DISTRICTS: Final[Mapping[str, str]] = {
    "440604": "禅城区",
    "440605": "南海区",
    "440606": "顺德区",
    "440607": "三水区",
    "440608": "高明区",
}

# Low to high. The digits of levels fall as the skill rises, so ranks are compared.
LEVELS: Final = (
    "apprentice", "junior", "intermediate", "senior", "technician", "senior_technician", "special_technician", "chief_technician",
)  # fmt: skip
RANKS: Final[Mapping[str, int]] = {code: rank for rank, code in enumerate(LEVELS)}

_LABELS: Final[Mapping[str, Mapping[str, tuple[str, str]]]] = {
    "order_status": {"open": ("有效", "Open"), "closed": ("已关闭", "Closed")},
    "placement_status": {"arranged": ("已安排", "Arranged"), "working": ("在岗", "Working"), "left": ("已离岗", "Left")},
    "placement_update_kind": {
        "started": ("上岗", "Started work"), "present": ("在岗", "At work"), "employer_changed": ("更换用人单位", "Changed employer"),
        "left": ("离岗", "Left"), "corrected": ("更正", "Corrected"),
    },
    "retention_verdict": {
        "met": ("已满三个月", "Met"), "on_track": ("进行中", "On track"), "unproven": ("缺少证明", "Unproven"), "broken": ("已中断", "Broken"),
    },
    "chain_link": {
        "order": ("订单", "Order"), "class": ("培训班", "Class"), "standard": ("岗位标准", "Standard"), "exam": ("考核", "Exam"),
        "certificate": ("证书", "Certificate"), "start": ("上岗", "Start of work"),
    },
}  # fmt: skip


def code_lists() -> dict[str, list[dict[str, Any]]]:
    """Every list by name; each code with its label in Chinese and English."""
    return {name: [{"code": code, "label": zh, "label_en": en} for code, (zh, en) in labels.items()] for name, labels in _LABELS.items()}
