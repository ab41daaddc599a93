"""Every version is pinned in versions.py, with a comment by which Renovate raises it."""

import ast
import json
import re
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from components.config import versions
from components.config.argocd import ArgoCdConfig
from components.config.controllers import OperatorsConfig
from components.config.data import CacheConfig, DatabaseConfig
from tests.harness.harness import ROOT

RENOVATE: dict[str, Any] = json.loads((ROOT / ".github/renovate.json").read_text())
FILE = "components/config/versions.py"
VERSION = re.compile(r"v?\d+(\.\d+)+([.+-][\w.+-]+)?")
BY_HAND = {versions.POD_SECURITY_VERSION}
VALKEY = "amazon-elasticache-valkey"
KEYS = set(versions.ADDON_VERSIONS)
"""Kubernetes versions, which are not pins."""


def versions_in(file: Path) -> list[str]:
    """Text that looks like an exact version, docstrings aside."""
    nodes = ast.walk(ast.parse(file.read_text(encoding="utf-8")))
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    pins = [text.partition("@")[0] for text in texts]
    return [text for text in pins if VERSION.fullmatch(text) and text not in BY_HAND | KEYS]


def raised() -> list[dict[str, str]]:
    """What Renovate's managers find in versions.py; JavaScript writes named groups without the P."""
    text = (ROOT / FILE).read_text(encoding="utf-8")
    return [
        match.groupdict()
        for manager in RENOVATE["customManagers"]
        if any(re.search(pattern.strip("/"), FILE) for pattern in manager["managerFilePatterns"])
        for expression in manager["matchStrings"]
        for match in re.finditer(expression.replace("(?<", "(?P<"), text)
    ]


def test_renovate_raises_every_pin() -> None:
    pins = versions_in(ROOT / FILE)
    assert len(pins) >= 20
    assert sorted(found["currentValue"] for found in raised()) == sorted(pins)


def test_renovate_knows_where_each_chart_comes_from() -> None:
    charts = [found for found in raised() if found.get("datasource") == "helm"]
    assert len(charts) >= 9
    assert [found["depName"] for found in charts if not (found["registryUrl"] or "").startswith("https://")] == []


def test_an_add_on_is_raised_for_its_own_kubernetes_version() -> None:
    found = [
        (filters["kubernetesVersion"], filters["addonName"], one["currentValue"])
        for one in raised()
        if "packageName" in one
        for filters in [json.loads(one["packageName"])]
    ]
    names = {
        "vpc_cni": "vpc-cni",
        "kube_proxy": "kube-proxy",
        "coredns": "coredns",
        "pod_identity_agent": "eks-pod-identity-agent",
        "ebs_csi_driver": "aws-ebs-csi-driver",
        "metrics_server": "metrics-server",
    }
    assert sorted(found) == sorted(
        (kubernetes, addon, getattr(pins, field))
        for kubernetes, pins in versions.ADDON_VERSIONS.items()
        for field, addon in names.items()
    )


def test_no_other_module_pins_a_version() -> None:
    others = [file for file in (ROOT / "components").rglob("*.py") if file != ROOT / FILE]
    found = {str(file.relative_to(ROOT)): versions_in(file) for file in others}
    assert {file: texts for file, texts in found.items() if any(text.count(".") > 1 for text in texts)} == {}


def test_defaults_are_the_pins() -> None:
    operators = OperatorsConfig.model_validate({field.alias: {} for field in OperatorsConfig.model_fields.values()})
    dumped = operators.model_dump()
    charts = {value for section in dumped.values() for key, value in section.items() if key.endswith("chart_version")}
    assert charts == {
        value for name, value in vars(versions).items() if name.endswith("_CHART") and name != "ARGO_CD_CHART"
    }
    argocd = ArgoCdConfig()
    assert (argocd.chart_version, argocd.image_tag) == (versions.ARGO_CD_CHART, versions.ARGO_CD_IMAGE_TAG)
    assert DatabaseConfig.model_fields["bootstrap_image"].default == versions.BOOTSTRAP_IMAGE
    assert CacheConfig.model_fields["engine_version"].default == versions.VALKEY_VERSION


def test_the_default_image_has_the_pinned_tag_and_digest() -> None:
    assert versions.BOOTSTRAP_IMAGE.endswith(f":{versions.BOOTSTRAP_IMAGE_TAG}")
    tag, _, digest = versions.BOOTSTRAP_IMAGE_TAG.partition("@")
    assert re.fullmatch("sha256:[0-9a-f]{64}", digest)
    (pin,) = [found for found in raised() if found.get("depName") == "postgres"]
    assert (pin["currentValue"], pin["currentDigest"]) == (tag, digest)
    (rule,) = [rule for rule in RENOVATE["packageRules"] if rule.get("matchPackageNames") == ["postgres"]]
    expression = str(rule["versioning"]).removeprefix("regex:").replace("(?<", "(?P<")
    assert re.fullmatch(expression, tag)


def test_every_kubernetes_version_has_an_autoscaler_of_its_own_that_gets_patches_only() -> None:
    tags = versions.CLUSTER_AUTOSCALER_IMAGE_TAGS
    assert set(tags) == KEYS
    package = "registry.k8s.io/autoscaling/cluster-autoscaler"
    assert [found["currentValue"] for found in raised() if found.get("depName") == package] == list(tags.values())
    (rule,) = [rule for rule in RENOVATE["packageRules"] if rule.get("matchPackageNames") == [package]]
    expression = str(rule["versioning"]).removeprefix("regex:").replace("(?<", "(?P<")
    for kubernetes, tag in tags.items():
        match = re.fullmatch(expression, tag)
        assert match is not None
        assert match["compatibility"] == kubernetes


def test_valkey_is_raised_only_to_versions_that_a_stack_file_may_contain() -> None:
    (rule,) = [rule for rule in RENOVATE["packageRules"] if rule.get("matchPackageNames") == [VALKEY]]
    assert [found["currentValue"] for found in raised() if found.get("depName") == VALKEY] == [versions.VALKEY_VERSION]
    for version in ("7.2", versions.VALKEY_VERSION, "8.2", "9.0"):
        is_allowed = re.search(str(rule["allowedVersions"]).strip("/"), version) is not None
        assert _accepts(version) is is_allowed


def _accepts(version: str) -> bool:
    try:
        CacheConfig.model_validate({"engineVersion": version, "nodeType": "cache.t4g.small"})
    except ValidationError:
        return False
    return True


def test_python_go_and_actions_are_raised_too() -> None:
    assert {"custom.regex", "github-actions", "gomod", "pip_requirements"} <= set(RENOVATE["enabledManagers"])
    assert RENOVATE["minimumReleaseAge"] == "7 days"
    disabled = [rule for rule in RENOVATE["packageRules"] if rule.get("enabled") is False]
    assert [(rule.get("matchFileNames"), rule["matchDepTypes"]) for rule in disabled] == [
        (None, ["uses-with"]),
        (["tools/argocd/go.mod"], ["replace"]),
    ]
