"""Production's overlay with one thing changed at a time, and the parts of it that tests change."""

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.systems.nova_overlays import overlay, sites
from tools.manifests.__main__ import Overlay
from tools.manifests.model import NAME_LABEL

Objects = list[dict[str, Any]]
Change = Callable[[Objects], object]
Cases = list[tuple[str, Change]]
"""What the check says, beside the change that makes it say so."""

PRODUCTION = next(site for site in sites() if site.name == "production")
OVERLAY = Overlay("overlay", PRODUCTION.config, PRODUCTION.environment)
NAME = NAME_LABEL
SPEC = "Deployment auth-service: "


def changed(change: Change) -> Objects:
    objects: Objects = copy.deepcopy([dict(one) for one in overlay(PRODUCTION.environment.path)])
    change(objects)
    return objects


def named(objects: Objects, kind: str, name: str = "auth-service") -> dict[str, Any]:
    return next(one for one in objects if one["kind"] == kind and one["metadata"]["name"] == name)


def spec(objects: Objects, kind: str) -> dict[str, Any]:
    return named(objects, kind)["spec"]


def template(objects: Objects) -> dict[str, Any]:
    return spec(objects, "Deployment")["template"]


def pod(objects: Objects) -> dict[str, Any]:
    return template(objects)["spec"]


def container(objects: Objects) -> dict[str, Any]:
    return pod(objects)["containers"][0]


def init(objects: Objects) -> dict[str, Any]:
    return pod(objects)["initContainers"][0]


def port(objects: Objects) -> dict[str, Any]:
    """The port of the Service."""
    return spec(objects, "Service")["ports"][0]


def labels(objects: Objects) -> dict[str, Any]:
    return template(objects)["metadata"]["labels"]


def guard(objects: Objects) -> dict[str, Any]:
    """The security context of the service's container."""
    return container(objects)["securityContext"]


def variable(objects: Objects, name: str, service: str = "auth-service") -> dict[str, Any]:
    found = named(objects, "Deployment", service)["spec"]["template"]["spec"]["containers"][0]["env"]
    return next(one for one in found if one["name"] == name)


def settings(objects: Objects) -> dict[str, Any]:
    """The data of the ConfigMap that the overlay itself brings."""
    return next(one for one in objects if one["kind"] == "ConfigMap")["data"]


def each_case(cases: Cases) -> pytest.MarkDecorator:
    """Runs a test with the `message` and the `change` of each case."""
    return pytest.mark.parametrize(("message", "change"), cases, ids=[message for message, _ in cases])
