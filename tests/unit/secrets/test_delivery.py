"""ExternalSecrets of an environment: as the API server stores them, and in their place between others."""

from functools import cache

import pulumi
import pulumi_kubernetes as k8s
import pytest

from components.secrets.delivery import SecretDelivery, SecretDeliveryArgs, duration
from components.secrets.external_secret import Source
from tests.harness.harness import Run, run_program

KIND = "kubernetes:external-secrets.io/v1:ExternalSecret"
KEYS = {
    "auth-db-url": Source(entry="shop/prod/auth-db-url"),
    "DB_USER": Source(entry="shop/prod/shared-db", property="username"),
}


@cache
def run() -> Run:
    def program() -> None:
        operator = k8s.core.v1.ConfigMap("operator")
        args = SecretDeliveryArgs(
            secrets={"shop-db-credentials": KEYS},
            namespace="shop",
            refresh_minutes=15,
            after=[operator],
        )
        made = SecretDelivery("prod-secrets", args)
        k8s.core.v1.ConfigMap("pod", opts=pulumi.ResourceOptions(depends_on=list(made.ready)))

    return run_program(program)


def test_an_external_secret_is_written_as_the_api_server_stores_it() -> None:
    reference = {"conversionStrategy": "Default", "decodingStrategy": "None", "metadataPolicy": "None"}
    assert run().one(KIND).inputs["spec"] == {
        "data": [
            {"remoteRef": {**reference, "key": "shop/prod/auth-db-url"}, "secretKey": "auth-db-url"},
            {
                "remoteRef": {**reference, "key": "shop/prod/shared-db", "property": "username"},
                "secretKey": "DB_USER",
            },
        ],
        "refreshInterval": "15m0s",
        "secretStoreRef": {"kind": "ClusterSecretStore", "name": "platform"},
        "target": {"creationPolicy": "Owner", "deletionPolicy": "Retain", "name": "shop-db-credentials"},
    }


def test_it_is_there_when_its_secret_is() -> None:
    assert run().one(KIND).inputs["metadata"] == {
        "annotations": {"pulumi.com/waitFor": "condition=Ready"},
        "name": "shop-db-credentials",
        "namespace": "shop",
    }


def test_it_comes_after_the_operator_and_what_reads_it_after_it() -> None:
    done = run()
    assert done.depends(done.one(KIND), done.named("operator"))
    assert done.depends(done.named("pod"), done.one(KIND))


def test_it_is_deleted_while_the_operator_lives() -> None:
    assert run().one(KIND).deleted_with == ""


@pytest.mark.parametrize(("minutes", "text"), [(5, "5m0s"), (15, "15m0s"), (60, "1h0m0s")])
def test_intervals_are_written_as_kubernetes_writes_them(minutes: int, text: str) -> None:
    assert duration(minutes) == text
