"""ExternalSecrets of an environment: their form in the API server, and their dependencies."""

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
        delivery = SecretDelivery("prod-secrets", args)
        k8s.core.v1.ConfigMap("pod", opts=pulumi.ResourceOptions(depends_on=list(delivery.ready)))

    return run_program(program)


def test_external_secret_has_the_form_that_the_api_server_stores() -> None:
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


def test_pulumi_waits_until_the_external_secret_is_ready() -> None:
    assert run().one(KIND).inputs["metadata"] == {
        "annotations": {"pulumi.com/waitFor": "condition=Ready"},
        "name": "shop-db-credentials",
        "namespace": "shop",
    }


def test_external_secrets_depend_on_the_operator_and_pods_on_them() -> None:
    done = run()
    assert done.depends(done.one(KIND), done.named("operator"))
    assert done.depends(done.named("pod"), done.one(KIND))


def test_external_secret_is_not_deleted_with_its_namespace() -> None:
    assert run().one(KIND).deleted_with == ""


@pytest.mark.parametrize(("minutes", "text"), [(5, "5m0s"), (15, "15m0s"), (60, "1h0m0s")])
def test_durations_have_kubernetes_format(minutes: int, text: str) -> None:
    assert duration(minutes) == text
