"""Nova's committed overlays: no faults, as the stack files and the description say, images set by the pipeline."""

import shutil
import subprocess
from pathlib import Path

import pytest

from components.sizing.quantities import mebibytes, millicores
from tests.facts.nova import NAMES, REGISTRY, SERVICES, STAGES, Service
from tests.harness.harness import ROOT
from tests.systems.nova_overlays import Site, overlay, sites
from tools.manifests.__main__ import faults
from tools.manifests.build import build, kustomize
from tools.manifests.contract import Key, keys_read
from tools.manifests.folders import folder_faults
from tools.manifests.model import at, containers, items, of_kind, pods, table
from tools.manifests.validator import validator

each_site = pytest.mark.parametrize("site", sites(), ids=[site.name for site in sites()])
each_service = pytest.mark.parametrize("service", SERVICES, ids=[service.name for service in SERVICES])
STAGING = "k8s/infrastructure/overlays/staging"
PRODUCTION = "k8s/infrastructure/overlays/prod"
SHA = "0123456789abcdef0123456789abcdef01234567"


@each_site
def test_an_overlay_has_no_faults_and_matches_its_stack_file(site: Site) -> None:
    assert list(faults(site.plan, overlay(site.environment.path), validator(ROOT))) == []


def test_every_folder_belongs_to_an_environment() -> None:
    assert list(folder_faults(ROOT, [site.environment.path for site in sites()])) == []


def test_the_environments_are_synced_from_the_folders_of_the_description() -> None:
    assert {site.environment.path for site in sites()} == {stage.path for stage in STAGES}


@each_service
def test_staging_runs_the_services_of_the_description(service: Service) -> None:
    container = at(of_kind(overlay(STAGING), "Deployment")[service.name], "spec", "template", "spec", "containers", 0)
    resources = table(container, "resources")
    assert [at(port, "containerPort") for port in items(container, "ports")] == [service.port]
    assert millicores(str(at(resources, "requests", "cpu"))) == service.cpu_request
    assert mebibytes(str(at(resources, "requests", "memory"))) == service.memory_request
    assert millicores(str(at(resources, "limits", "cpu"))) == service.cpu_limit
    assert mebibytes(str(at(resources, "limits", "memory"))) == service.memory_limit


@each_site
def test_replicas_are_those_of_the_description(site: Site) -> None:
    stage = next(stage for stage in STAGES if stage.name == site.name)
    objects = overlay(stage.path)
    scalers = of_kind(objects, "HorizontalPodAutoscaler")
    for name, deployment in of_kind(objects, "Deployment").items():
        lowest = at(scalers.get(name), "spec", "minReplicas")
        assert (lowest or at(deployment, "spec", "replicas")) == stage.replicas


def test_production_scales_from_three_to_six() -> None:
    scalers = of_kind(overlay(PRODUCTION), "HorizontalPodAutoscaler")
    assert {
        name: (at(scaler, "spec", "minReplicas"), at(scaler, "spec", "maxReplicas")) for name, scaler in scalers.items()
    } == dict.fromkeys(NAMES, (3, 6))


@each_site
def test_only_auth_service_signs_tokens_and_only_messaging_service_encrypts(site: Site) -> None:
    read = keys_read(overlay(site.environment.path))
    assert read[Key("Secret", "nova-jwt-keys", "JWT_PRIVATE_KEY_PEM")] == ["Deployment auth-service"]
    assert read[Key("Secret", "nova-jwt-keys", "JWT_SECRET")] == ["Deployment auth-service"]
    assert read[Key("Secret", "nova-messaging-keys", "MESSAGE_ENCRYPTION_MASTER_KEY")] == [
        "Deployment messaging-service"
    ]


@each_site
def test_every_service_verifies_the_tokens_that_auth_service_signs(site: Site) -> None:
    read = keys_read(overlay(site.environment.path))
    readers = read[Key("Secret", "nova-jwt-keys", "JWT_PUBLIC_KEY_PEM")]
    assert sorted(readers) == sorted(f"Deployment {name}" for name in NAMES)


@each_site
def test_a_service_reads_the_address_of_its_own_database(site: Site) -> None:
    read = keys_read(overlay(site.environment.path))
    for service in SERVICES:
        key = Key("Secret", "nova-db-credentials", f"{service.short_name}-db-url")
        assert read[key] == [f"Deployment {service.name}"]


@each_site
def test_a_changed_secret_restarts_the_pods_that_read_it(site: Site) -> None:
    for deployment in of_kind(overlay(site.environment.path), "Deployment").values():
        assert at(deployment, "metadata", "annotations", "reloader.stakater.com/auto") == "true"


def test_a_mutable_tag_is_always_pulled() -> None:
    for _, template in pods(overlay("k8s/infrastructure/overlays/dev")):
        assert {container.get("imagePullPolicy") for container in containers(template)} == {"Always"}


@each_site
def test_kustomize_edit_set_image_changes_the_images_of_all_services_and_nothing_else(
    site: Site, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "k8s", tmp_path / "k8s")
    folder = tmp_path / site.environment.path
    before = (folder / "kustomization.yaml").read_text()
    settings = [f"nova/{name}={REGISTRY}/nova/{name}:{SHA}" for name in NAMES]
    subprocess.run([kustomize(ROOT), "edit", "set", "image", *settings], cwd=folder, check=True)
    after = (folder / "kustomization.yaml").read_text()
    assert [line for line in after.splitlines() if "newTag" not in line] == [
        line for line in before.splitlines() if "newTag" not in line
    ]
    images = {
        str(container.get("image"))
        for _, template in pods(build(folder, kustomize(ROOT)))
        for container in containers(template)
    }
    assert images == {f"{REGISTRY}/nova/{name}:{SHA}" for name in NAMES}
