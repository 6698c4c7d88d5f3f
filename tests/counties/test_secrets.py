"""Which process holds which secret: read from the environment of each, as it was started."""

import json

import psutil

from deploy.stack import OWN_SECRETS, SERVICES, Stack


def test_the_sealer_alone_has_the_seal_key_and_nobody_the_keys_of_another(stack: Stack) -> None:
    own = {
        "sealer": {"SEAL_KEY", "DATABASE_URLS"},
        "gateway": {"TOKEN_SIGNING_KEY", "NEXT_TOKEN_SIGNING_KEY", "FORMER_TOKEN_SIGNING_KEY", "DATABASE_URL"},
        "eastwest": {"RECEIPT_KEY", "DATABASE_URL"},
        "subsidy": {"RECEIPT_KEY", "DATABASE_URL"},
        "evaluation": {"CERTIFICATE_SIGNER", "DATABASE_URL"},
    }
    for name in (*SERVICES, "sealer"):
        environment = psutil.Process(stack.pids[name]).environ()
        assert environment.keys() & OWN_SECRETS == own.get(name, {"DATABASE_URL"})


def test_no_process_is_given_the_password_of_a_role_that_it_does_not_work_as(stack: Stack) -> None:
    passwords: dict[str, str] = json.loads((stack.var / "secrets.json").read_text())["role_passwords"]
    for name, pid in stack.pids.items():
        given = "\n".join(psutil.Process(pid).environ().values())
        assert {role for role, password in passwords.items() if password in given} == {name} & passwords.keys()
