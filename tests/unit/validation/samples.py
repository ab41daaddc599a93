"""Configurations for the tests of rules, and the refusals that they lead to."""

import json
from collections.abc import Iterable
from typing import Any

from components.config.platform import PlatformConfig
from components.validation.rule import Rule
from tests.harness.config_samples import ABSENT, host_key, wrong
from tests.refusals.collection import parts
from tests.refusals.remedies import refused_remedies
from tests.refusals.sections import changed, committed, judged, without

Refusal = tuple[str, Any, str | None, str]
"""Path and its bad value; the path at which that is reported, None when it is the same; how the message begins."""
HTTPS_URL = "https://github.com/example/shop.git"
SSH_URL = "git@github.com:example/shop.git"
KEY = host_key("github.com")
ENTRY = {"secretsManager": "shop/argocd/secret"}
LOCAL = {"kubernetes": "shop-secret"}
DEPLOY_KEY = {"kind": "ssh", "secret": ENTRY, "hostKeys": [KEY]}
APP = {"kind": "githubApp", "secret": ENTRY, "githubAppId": 7, "githubAppInstallationId": 8}
HTTPS = {"kind": "https", "secret": ENTRY}
TOKENS = {"kubernetes": "argocd-notifications-secret"}
AWS = {"accountId": "123456789012", "region": "eu-west-1"}
RESOURCES = {"cpuRequest": "100m", "memoryRequest": "128Mi", "cpuLimit": "1", "memoryLimit": "256Mi"}
STAGING = next(stack for stack in committed() if stack.name == "staging")
OPERATORS: dict[str, Any] = {"externalSecrets": {}}


def environment(name: str = "staging", **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "namespace": f"shop-{name}",
        "path": f"k8s/{name}",
        "revision": "main",
        "deployment": {"triggers": ["push"], "imageTag": "commitSha"},
        "resourceClass": "standard",
        "replicas": 2,
        **changes,
    }


def messages(
    rules: Iterable[Rule],
    *environments: dict[str, Any],
    url: str = HTTPS_URL,
    local: bool = False,
    operators: dict[str, Any] = OPERATORS,
    **argocd: Any,
) -> dict[str, str]:
    """What these rules find in a small configuration: messages by key."""
    config = PlatformConfig.model_validate_json(
        json.dumps(
            {
                "system": {"name": "shop", "owner": "team"},
                "repository": {"url": url},
                "services": [{"name": "api"}],
                "resourceClasses": {"standard": RESOURCES},
                "stage": "test",
                **({"kubeconfig": {"context": "kind"}} if local else {"aws": AWS}),
                "operators": operators,
                "argocd": argocd,
                "environments": environments or [environment()],
            }
        )
    )
    return {problem.where: problem.message for rule in rules for problem in rule(config)}


def refused(path: str, value: Any) -> list[str]:
    """The refusals of the staging stack with another value at a path such as `services[2].port`."""
    return wrong(**{path.replace("[", ".").replace("]", "").replace(".", "__"): value})


def mended(path: str, value: Any) -> list[str]:
    """Remedies of these refusals that are refused in turn, or that add another refusal."""
    changed_stack = without(STAGING, parts(path)) if value is ABSENT else changed(STAGING, parts(path), value)
    _, left = refused_remedies(changed_stack, judged(changed_stack))
    return left
