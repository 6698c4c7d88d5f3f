"""What subsidy needs beside every process's settings: the key its receipts are signed with."""

from shared import settings
from shared.settings import Key


class Settings(settings.Settings):
    """`receipt_key` is an Ed25519 key of this service alone; its public half is at `/v1/claim-receipts/key`."""

    receipt_key: Key
