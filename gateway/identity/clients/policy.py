"""What may be done with another system's client, and in which state. Pure."""

from gateway.codes import AccountStatus
from shared.access import ADMIN
from shared.codes import named
from shared.steps import Machine, Step, by

PENDING, ACTIVE, DISABLED = AccountStatus.PENDING, AccountStatus.ACTIVE, AccountStatus.DISABLED
MACHINE = Machine(
    "客户端",
    named("account_status"),
    (
        Step("change", "修改", by(ADMIN, PENDING, ACTIVE)),
        Step("confirm", "确认", by(ADMIN, PENDING), to=ACTIVE),
        Step("disable", "停用", by(ADMIN, *AccountStatus), to=DISABLED),
        Step("rotate-secret", "更换密钥", by(ADMIN, PENDING, ACTIVE)),
    ),
)
