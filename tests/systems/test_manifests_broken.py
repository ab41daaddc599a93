"""Each thing that can be wrong with an overlay is named: Nova's own, with one field changed at a time."""

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.systems.nova_overlays import overlay, sites
from tests.unit.harness import ROOT
from tools.manifests.__main__ import Overlay, faults, faults_beyond_the_schema, main
from tools.manifests.build import BuildError, build, kustomize
from tools.manifests.schema import schema_version

Objects = list[dict[str, Any]]
PRODUCTION = next(site for site in sites() if site.name == "production")
SPEC = "Deployment auth-service: "


def _named(objects: Objects, kind: str, name: str = "auth-service") -> dict[str, Any]:
    return next(one for one in objects if one["kind"] == kind and one["metadata"]["name"] == name)


def _pod(objects: Objects) -> dict[str, Any]:
    return _named(objects, "Deployment")["spec"]["template"]["spec"]


def _container(objects: Objects) -> dict[str, Any]:
    return _pod(objects)["containers"][0]


def _label(objects: Objects) -> dict[str, Any]:
    return _named(objects, "Deployment")["spec"]["template"]["metadata"]["labels"]


def _spec(objects: Objects, kind: str) -> dict[str, Any]:
    return _named(objects, kind)["spec"]


NAME = "app.kubernetes.io/name"
Change = Callable[[Objects], object]
REFUSED: dict[str, Change] = {
    f"{SPEC}spec: Additional properties are not allowed ('replica'": lambda o: _spec(o, "Deployment").update(replica=1),
    "Kubernetes 1.36.0 has no Deployment of apps/v2": lambda o: _named(o, "Deployment").update(apiVersion="apps/v2"),
}
"""What the schema says, by the change that makes it say so."""
CHANGES: dict[str, Change] = {
    # What the Pod Security level refuses.
    f"{SPEC}hostNetwork shares": lambda o: _pod(o).update(hostNetwork=True),
    f"{SPEC}volume host: hostPath": lambda o: _pod(o)["volumes"].append({"name": "host", "hostPath": {"path": "/"}}),
    f"{SPEC}automountServiceAccountToken must be false": lambda o: _pod(o).pop("automountServiceAccountToken"),
    "container service: privileged": lambda o: _container(o)["securityContext"].update(privileged=True),
    "allowPrivilegeEscalation must": lambda o: _container(o)["securityContext"].pop("allowPrivilegeEscalation"),
    "capabilities.drop must hold ALL": lambda o: _container(o)["securityContext"].pop("capabilities"),
    "capabilities.add: SYS_TIME": lambda o: _container(o)["securityContext"]["capabilities"].update(add=["SYS_TIME"]),
    "runAsNonRoot must be true": lambda o: _pod(o)["securityContext"].pop("runAsNonRoot"),
    "runAsUser must not be 0": lambda o: _pod(o)["securityContext"].update(runAsUser=0),
    "seccompProfile.type must be": lambda o: _pod(o)["securityContext"].pop("seccompProfile"),
    "readOnlyRootFilesystem must be true": lambda o: _container(o)["securityContext"].pop("readOnlyRootFilesystem"),
    "hostPort is not allowed": lambda o: _container(o)["ports"][0].update(hostPort=80),
    "sysctls": lambda o: _pod(o)["securityContext"].update(sysctls=[{"name": "a", "value": "b"}]),
    # Rules of our own.
    "Secret own: objects of this kind": lambda o: o.append(
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "own", "namespace": "nova"}}
    ),
    "Role own: objects of this kind": lambda o: o.append(
        {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "own"}}
    ),
    "container service: resources.limits.memory must be stated": lambda o: _container(o)["resources"]["limits"].pop(
        "memory"
    ),
    "'1Q' is not a memory quantity": lambda o: _container(o)["resources"]["limits"].update(memory="1Q"),
    "init container wait-for-database: resources.limits.cpu is larger": lambda o: _pod(o)["initContainers"][0][
        "resources"
    ]["limits"].update(cpu="2"),
    "mount an emptyDir at /tmp": lambda o: _container(o).pop("volumeMounts"),
    f"{SPEC}spec.selector selects the pods of auth-service, user-service": lambda o: _named(
        o, "Deployment", "user-service"
    )["spec"]["template"]["metadata"]["labels"].update({NAME: "auth-service"}),
    f"{SPEC}topologySpreadConstraints of kubernetes.io/hostname selects the pods of nobody": lambda o: _pod(o)[
        "topologySpreadConstraints"
    ][1]["labelSelector"]["matchLabels"].update({NAME: "auth"}),
    f"the pods' label {NAME} must be auth-service": lambda o: _label(o).update({NAME: "auth"}),
    "maxSurge 1, maxUnavailable 0": lambda o: _spec(o, "Deployment")["strategy"]["rollingUpdate"].update(maxSurge=2),
    "it sleeps 5 s of 5 s": lambda o: _pod(o).update(terminationGracePeriodSeconds=5),
    "livenessProbe is missing": lambda o: _container(o).pop("livenessProbe"),
    "startupProbe asks port web": lambda o: _container(o)["startupProbe"]["httpGet"].update(port="web"),
    "Service auth-service: spec.selector is empty": lambda o: _spec(o, "Service").pop("selector"),
    "Service auth-service: spec.selector selects the pods of nobody": lambda o: _spec(o, "Service")["selector"].update(
        {NAME: "auth"}
    ),
    "Service auth-service: spec.selector selects the pods of auth-service, content-service": lambda o: _spec(
        o, "Service"
    ).update(selector={"app.kubernetes.io/part-of": "nova"}),
    "Service auth-service: targetPort 8085: no container": lambda o: _spec(o, "Service")["ports"][0].update(
        targetPort=8085
    ),
    "PodDisruptionBudget auth-service: spec.selector selects the pods of nobody": lambda o: _spec(
        o, "PodDisruptionBudget"
    )["selector"]["matchLabels"].update({NAME: "auth"}),
    "spec.maxUnavailable must be 1": lambda o: _spec(o, "PodDisruptionBudget").update(maxUnavailable=0),
    "names no Deployment of the overlay: auth": lambda o: _spec(o, "HorizontalPodAutoscaler")["scaleTargetRef"].update(
        name="auth"
    ),
    "scales Deployment auth-service as well": lambda o: (
        _named(o, "HorizontalPodAutoscaler")["metadata"].update(name="user-service-2")
        or _named(o, "HorizontalPodAutoscaler", "user-service")["spec"]["scaleTargetRef"].update(name="auth-service")
    ),
    "leave spec.replicas out, the autoscaler auth-service owns them": lambda o: _spec(o, "Deployment").update(
        replicas=3
    ),
    # What the stack's configuration says otherwise.
    "auth-service: replicas: the manifest says 3, the configuration None": lambda o: _spec(o, "Deployment").update(
        replicas=3
    ),
    "auth-service: Deployment: the manifest says missing": lambda o: o.remove(_named(o, "Deployment")),
    "auth-service: Service: the manifest says missing": lambda o: o.remove(_named(o, "Service")),
    "auth-service: PodDisruptionBudget: the manifest says missing": lambda o: o.remove(
        _named(o, "PodDisruptionBudget")
    ),
    "auth-service: HorizontalPodAutoscaler: the manifest says missing": lambda o: o.remove(
        _named(o, "HorizontalPodAutoscaler")
    ),
    "mail-service: Deployment: the manifest says there, the configuration none": lambda o: _named(o, "Deployment")[
        "metadata"
    ].update(name="mail-service"),
    "auth-service: namespace: the manifest says other, the configuration nova": lambda o: _named(o, "Service")[
        "metadata"
    ].update(namespace="other"),
    "auth-service: minReplicas: the manifest says 2, the configuration 3": lambda o: _spec(
        o, "HorizontalPodAutoscaler"
    ).update(minReplicas=2),
    "auth-service: maxReplicas: the manifest says 9, the configuration 6": lambda o: _spec(
        o, "HorizontalPodAutoscaler"
    ).update(maxReplicas=9),
    "auth-service: serviceAccountName: the manifest says default": lambda o: _pod(o).update(
        serviceAccountName="default"
    ),
    "auth-service: label app.kubernetes.io/part-of: the manifest says None": lambda o: _label(o).pop(
        "app.kubernetes.io/part-of"
    ),
    "auth-service: containers: the manifest says 2, the configuration 1": lambda o: _pod(o)["containers"].append(
        {**_container(o), "name": "second"}
    ),
    "auth-service: ports: the manifest says [('http', 8085)], the configuration [('http', 8084)]": lambda o: _container(
        o
    )["ports"][0].update(containerPort=8085),
    "auth-service: Service's ports: the manifest says [('http', 80)]": lambda o: _spec(o, "Service")["ports"][0].update(
        port=80
    ),
    "auth-service: annotation prometheus.io/path: the manifest says /m": lambda o: _named(o, "Deployment")["spec"][
        "template"
    ]["metadata"]["annotations"].update({"prometheus.io/path": "/m"}),
    "auth-service: readinessProbe's path: the manifest says /": lambda o: _container(o)["readinessProbe"][
        "httpGet"
    ].update(path="/"),
    "auth-service: variable PORT: the manifest says []": lambda o: _container(o).update(
        env=[one for one in _container(o)["env"] if one["name"] != "PORT"]
    ),
    "auth-service: resources.requests.cpu: the manifest says 300m, the configuration 250m": lambda o: _container(o)[
        "resources"
    ]["requests"].update(cpu="300m"),
    "auth-service: image of service: the manifest says docker.io/nova/auth-service": lambda o: _container(o).update(
        image="docker.io/nova/auth-service:v1.0.0"
    ),
    "auth-service: image tag of service: the manifest says latest, the configuration releaseTag": lambda o: _container(
        o
    ).update(image=_container(o)["image"].partition(":")[0] + ":latest"),
    "auth-service: variable USER_SERVICE_URL: the manifest says http://user-service:8080, the configuration None": (
        lambda o: _container(o)["env"].append({"name": "USER_SERVICE_URL", "value": "http://user-service:8080"})
    ),
    "user-service: variable AUTH_SERVICE_URL: the manifest says None, the configuration http://auth-service:8084": (
        lambda o: next(one for one in o if one["kind"] == "ConfigMap")["data"].pop("AUTH_SERVICE_URL")
    ),
}
"""What the check says, by the change that makes it say so."""


OVERLAY = Overlay("overlay", PRODUCTION.config, PRODUCTION.environment)


def _changed(change: Change) -> Objects:
    objects: Objects = copy.deepcopy([dict(one) for one in overlay(PRODUCTION.environment.path)])
    change(objects)
    return objects


@pytest.mark.parametrize("message", REFUSED)
def test_what_the_api_server_would_refuse_is_named(message: str) -> None:
    found = list(faults(OVERLAY, _changed(REFUSED[message])))
    assert any(message in fault for fault in found), found


@pytest.mark.parametrize("message", CHANGES)
def test_a_broken_overlay_is_named(message: str) -> None:
    found = list(faults_beyond_the_schema(OVERLAY, _changed(CHANGES[message])))
    assert any(message in fault for fault in found), found


def test_sizes_are_compared_as_numbers() -> None:
    sizes = {"cpu": "1000m", "memory": "1024Mi"}
    objects = _changed(lambda found: _container(found)["resources"].update(limits=sizes))
    assert list(faults_beyond_the_schema(OVERLAY, objects)) == []


def test_an_overlay_that_does_not_build_is_reported_with_its_folder_and_kustomizes_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for file in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(file, tmp_path)
    shutil.copytree(ROOT / "k8s", tmp_path / "k8s")
    facts = tmp_path / "k8s/infrastructure/base/auth-service/facts.yaml"
    facts.write_text(facts.read_text().replace("databaseUrlKey", "databaseKey"))
    (tmp_path / "k8s/infrastructure/overlays/spare").mkdir()
    assert main(tmp_path) == 1
    said = capsys.readouterr().err
    assert "k8s/infrastructure/overlays/spare: no environment of any stack is synced from here" in said
    assert "k8s/infrastructure/overlays/staging: 'k8s/infrastructure/base/service': " in said
    assert "data.databaseUrlKey" in said
    assert str(tmp_path) not in said


def test_the_committed_overlays_pass(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    assert "3 overlays, 0 faults" in capsys.readouterr().out


def test_a_base_on_another_host_does_not_build(tmp_path: Path) -> None:
    (tmp_path / "kustomization.yaml").write_text("resources: ['https://github.com/example/base//k8s?ref=v1']\n")
    with pytest.raises(BuildError, match=r"github\.com/example/base"):
        build(tmp_path, kustomize(ROOT))


def test_a_version_without_schemas_is_judged_by_the_newest_before() -> None:
    assert schema_version("1.36") == "1.36.0"
    assert schema_version("1.999") == schema_version(None)
