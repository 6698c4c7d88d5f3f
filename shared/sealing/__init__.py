"""The seals over the audit trail, and what is said when trail, seals and heads do not agree.

`chain` what a seal is, `heads` the file of signed heads outside the database, `sealer` the process that seals (`python -m shared.sealing`), `verifying`
the whole held together again.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Why a trail is not intact."""

    ROWS_CHANGED = "rows_changed"
    SIGNATURE_INVALID = "signature_invalid"
    SEAL_MISSING = "seal_missing"
    HEAD_MISSING = "head_missing"
    HEAD_UNFINISHED = "head_unfinished"
    HEAD_CHANGED = "head_changed"
    HEAD_OUT_OF_PLACE = "head_out_of_place"
    HEAD_UNREADABLE = "head_unreadable"
    COPY_UNAVAILABLE = "copy_unavailable"
    UNSEALED_TOO_LONG = "unsealed_too_long"


SENTENCES = {
    Reason.ROWS_CHANGED: "第 {number} 号封存内的审计记录与封存时不同:有改动、删去或插入。",
    Reason.SIGNATURE_INVALID: "第 {number} 号封存的签名不是本系统的封存密钥所签。",
    Reason.SEAL_MISSING: "数据库里没有第 {number} 号封存:它被删去,或数据库退回到了较早的时候。",
    Reason.HEAD_MISSING: "封存记录文件里没有第 {number} 号:文件不在、被截短,或封存进程停在写入之前。",
    Reason.HEAD_UNFINISHED: "封存记录文件在第 {number} 号处只有半行:写入中断,封存进程重新启动时会补完。",
    Reason.HEAD_CHANGED: "封存记录文件里的第 {number} 号与数据库里的不同。",
    Reason.HEAD_OUT_OF_PLACE: "封存记录文件里应为第 {number} 号的一行是另一号:有重复、缺行或次序颠倒。",
    Reason.HEAD_UNREADABLE: "封存记录文件里应为第 {number} 号的一行不是封存记录。",
    Reason.COPY_UNAVAILABLE: "封存记录文件读不到,从第 {number} 号起未能核对。",
    Reason.UNSEALED_TOO_LONG: "第 {number} 号封存迟迟未做,有审计记录久未封存:请查看封存进程(sealer)是否在运行及其日志。",
}


class Broken(Exception):
    """The first place that does not fit: the number of its seal, and why."""

    def __init__(self, reason: Reason, number: int) -> None:
        super().__init__(f"{reason} {number}")
        self.reason, self.number = reason, number

    @property
    def sentence(self) -> str:
        return SENTENCES[self.reason].format(number=self.number)
