"""The Kubernetes manifests: valid by the schema, every process given the settings it needs and no other's secret, probed, limited, and never wholly away."""

import json
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from pydantic_settings import BaseSettings

from deploy.stack import OWN_SECRETS, SERVICES
from shared import reencrypt, reindex
from shared.sealing import sealer
from tests.deploy.test_containers import COMPOSE, settings_of

FOLDER = Path(__file__).parents[2] / "deploy/kubernetes"
ITEMS: list[dict[str, Any]] = [item for file in sorted(FOLDER.glob("*.yaml")) for item in yaml.safe_load(file.read_text())["items"]]
JOBS = ("migrate", "reencrypt", "reindex")
SETTINGS = next(item["data"] for item in ITEMS if item["kind"] == "ConfigMap")


def _one(kind: str, name: str) -> dict[str, Any]:
    (found,) = (item for item in ITEMS if item["kind"] == kind and item["metadata"]["name"] == name)
    return found


def _pod(kind: str, name: str) -> dict[str, Any]:
    found: dict[str, Any] = _one(kind, name)["spec"]["template"]["spec"]
    return found


def _given(name: str) -> dict[str, Any]:
    (container,) = _pod("Job" if name in JOBS else "Deployment", name)["containers"]
    return {each["name"]: each for each in container["env"]}


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: f"{item['kind']}-{item['metadata']['name']}")
def test_it_keeps_to_the_schema(item: dict[str, Any]) -> None:
    kubernetes_validate.validate(item, "1.30", strict=True)
    assert item["kind"] == "Namespace" or item["metadata"]["namespace"] == "kaili-skills"


@pytest.mark.parametrize("name", SERVICES)
def test_every_process_is_given_every_setting_it_needs_and_the_secrets_that_its_container_has(name: str) -> None:
    given = _given(name)
    needed = {setting.upper() for setting, field in settings_of(name).model_fields.items() if field.is_required()}
    assert needed <= given.keys() | SETTINGS.keys()
    secret = {each for each in given if each in OWN_SECRETS}
    assert secret == set(COMPOSE["services"][name]["environment"]) & OWN_SECRETS
    assert SETTINGS["ENVIRONMENT"] == "production" and not SETTINGS.keys() & {"LOCAL_CLIENTS", "ALLOW_CLOCK_OVERRIDE"}


@pytest.mark.parametrize("name", SERVICES)
def test_two_of_each_are_probed_limited_and_replaced_without_being_away(name: str) -> None:
    spec, pod = _one("Deployment", name)["spec"], _pod("Deployment", name)
    (container,) = pod["containers"]
    assert (container["livenessProbe"]["httpGet"]["path"], container["readinessProbe"]["httpGet"]["path"]) == ("/livez", "/readyz")
    assert spec["replicas"] == 2 and spec["strategy"]["rollingUpdate"]["maxUnavailable"] == 0
    assert _one("PodDisruptionBudget", name)["spec"]["minAvailable"] == 1
    assert pod["terminationGracePeriodSeconds"] > int(SETTINGS["DRAIN_SECONDS"]) + 10
    assert container["args"][3] == COMPOSE["services"][name]["environment"]["APP"]


@pytest.mark.parametrize(("kind", "name"), [*(("Deployment", name) for name in (*SERVICES, "sealer")), *(("Job", name) for name in JOBS)])
def test_nothing_runs_as_root_writes_its_image_or_is_without_a_limit(kind: str, name: str) -> None:
    pod = _pod(kind, name)
    assert pod["securityContext"]["runAsNonRoot"] and not pod["automountServiceAccountToken"]
    for container in (*pod.get("initContainers", ()), *pod["containers"]):
        closed = container["securityContext"]
        assert closed["readOnlyRootFilesystem"] and not closed["allowPrivilegeEscalation"] and closed["capabilities"]["drop"] == ["ALL"]
        assert container["resources"]["limits"]["memory"] and container["resources"]["requests"]["cpu"]


def test_the_sealer_alone_is_one_has_the_seal_key_and_writes_the_heads() -> None:
    holders = [name for name in (*SERVICES, "sealer", *JOBS) if "SEAL_KEY" in _given(name)]
    writers = [
        name
        for name in (*SERVICES, "sealer", *JOBS)
        for mount in _pod("Job" if name in JOBS else "Deployment", name)["containers"][0]["volumeMounts"]
        if mount["name"] == "seals" and not mount.get("readOnly")
    ]
    assert (holders, writers, _one("Deployment", "sealer")["spec"]["replicas"]) == (["sealer"], ["sealer"], 1)
    needed = {setting.upper() for setting, field in sealer.Settings.model_fields.items() if field.is_required()}
    assert needed <= _given("sealer").keys()
    assert json.loads(_given("sealer")["DATABASE_URLS"]["value"]).keys() == SERVICES.keys()


@pytest.mark.parametrize(("name", "settings"), [("reencrypt", reencrypt.Settings), ("reindex", reindex.Settings)])
def test_a_job_of_the_keys_is_given_what_its_container_is(name: str, settings: type[BaseSettings]) -> None:
    given, theirs = _given(name), COMPOSE["services"][name]["environment"]
    assert {setting.upper() for setting in settings.model_fields} <= given.keys() and given.keys() - theirs.keys() == {
        "POSTGRES_HOST",
        "OWNER_DATABASE_PASSWORD",
    }
    assert (
        given["DATABASE_URLS"]["value"].replace("$(", "${").replace(")", "}").replace("${POSTGRES_HOST}", "postgres")
        == theirs["DATABASE_URLS"]
    )


def test_a_job_of_the_keys_ends_well_when_it_did_on_the_cluster(tmp_path: Path) -> None:
    """What is no program's business here: the calls, in their order, and that a job which did not complete is a failure."""
    kubectl = tmp_path / "kubectl"
    kubectl.write_text(
        f'#!/bin/sh\ncase "$*" in *dry-run*) ;; *apply\\ -f\\ -) cat ;; esac\necho "$3 $4" >> {tmp_path}/asked\n[ "$3" != "$REFUSED" ]\n'
    )
    kubectl.chmod(0o755)
    for refused in ("", "wait"):
        given = {"PATH": f"{tmp_path}:/usr/bin:/bin", "REFUSED": refused}
        assert subprocess.run([FOLDER / "run-job", "reindex"], env=given, capture_output=True, check=False).returncode == (
            1 if refused else 0
        )
    asked = (tmp_path / "asked").read_text().splitlines()
    assert sorted(asked[:2]) == ["apply -f", "create secret"]
    assert [each.split()[0] for each in asked[2:6]] == ["delete", "apply", "logs", "wait"]


def test_databases_and_tables_are_made_as_the_containers_make_them() -> None:
    ours = _pod("Job", "migrate")["containers"][0]["command"][-1]
    theirs = COMPOSE["services"]["migrate"]["command"][-1].replace("$$", "$").replace("@postgres/", "@$POSTGRES_HOST/")
    assert ours.split() == theirs.split()
    assert {name for name in _given("migrate") if name.endswith("PASSWORD")} == {
        name for name in COMPOSE["services"]["migrate"]["environment"] if name.endswith("PASSWORD")
    }
