"""The repo-server answers callers with Argo CD's certificate only. tests/cluster/staging shows the connections."""

from typing import Any, cast

import pytest

from components.argocd.mutual_tls import MOUNT, SECRET
from components.argocd.values import argocd_values
from tests.harness.argocd_runs import RELEASE, install, settings

CERTIFICATE, KEY_PAIR = "tls:index/selfSignedCert:SelfSignedCert", "tls:index/privateKey:PrivateKey"
SECRETS = "kubernetes:core/v1:Secret"
CLIENTS = ("applicationSet", "controller", "notifications", "server")


def values(**changes: Any) -> dict[str, Any]:
    return cast("dict[str, Any]", argocd_values(settings(**changes)))


def test_the_secret_has_the_files_that_the_flags_name() -> None:
    secret, given = install().one(SECRETS).inputs, values()
    flags = [flag for section in (*CLIENTS, "repoServer") for flag in given[section]["extraArgs"]]
    assert secret["metadata"] == {"name": SECRET, "namespace": "argocd"}
    assert {flag.partition("=")[2] for flag in flags} == {f"{MOUNT}/{key}" for key in secret["data"]}


def test_every_client_shows_the_certificate_and_the_repo_server_asks_for_it() -> None:
    given = values()
    for client in CLIENTS:
        names = [flag.partition("=")[0].removeprefix("--") for flag in given[client]["extraArgs"]]
        assert names == ["repo-server-client-cert-path", "repo-server-client-cert-key-path"], client
    assert [flag.partition("=")[0] for flag in given["repoServer"]["extraArgs"]] == ["--client-ca-path"]


def test_the_secret_is_mounted_where_the_flags_look() -> None:
    everywhere = values()["global"]
    (volume,), (mount,) = everywhere["extraVolumes"], everywhere["extraVolumeMounts"]
    assert volume == {"name": mount["name"], "secret": {"secretName": SECRET}}
    assert (mount["mountPath"], mount["readOnly"]) == (MOUNT, True)


def test_the_pods_start_after_the_secret_and_its_key_is_a_secret_of_the_state() -> None:
    done = install()
    secret = done.one(SECRETS)
    assert done.depends(done.one(RELEASE), secret)
    assert done.depends(done.one(CERTIFICATE), done.one(KEY_PAIR))
    assert secret.deleted_with == done.one("kubernetes:core/v1:Namespace").urn


def test_the_certificate_is_renewed_before_it_ends() -> None:
    inputs = install().one(CERTIFICATE).inputs
    assert inputs["allowedUses"] == ["client_auth", "digital_signature"]
    assert 0 < inputs["earlyRenewalHours"] < inputs["validityPeriodHours"]


@pytest.mark.parametrize(("tag", "mutual"), [("v3.4.10", False), ("v3.5.4", True), ("v3.6.0", True)])
def test_versions_that_cannot_ask_for_a_certificate_get_no_flag_and_no_secret(tag: str, *, mutual: bool) -> None:
    done, given = install(image_tag=tag), values(image_tag=tag)
    assert (
        bool(done.all(SECRETS)) is bool(given["server"]["extraArgs"]) is ("extraVolumes" in given["global"]) is mutual
    )
