"""Configurations for the tests of rules, and the refusals that they lead to."""

import json
import re
from collections.abc import Iterable
from typing import Any

import yaml

from components.config.platform import PlatformConfig
from components.validation.rule import Rule
from tests.harness.config_samples import ABSENT, host_key, wrong

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
    return wrong(**{_key(path): value})


def mended(path: str, value: Any) -> list[str]:
    """What is still refused when each refusal's remedy, a value or a removal, is written at its path."""
    changes: dict[str, Any] = {_key(path): value}
    removed: list[str] = []
    for line in refused(path, value):
        where, _, message = line.partition(": ")
        remedy = _remedy(message)
        if remedy is not ABSENT:
            changes[_key(where)] = remedy
        elif where == path:
            del changes[_key(path)]
        else:
            removed.append(_key(where))
    changes |= dict.fromkeys(reversed(removed), ABSENT)
    return wrong(**changes)


def _key(path: str) -> str:
    return path.replace("[", ".").replace("]", "").replace(".", "__")


def _remedy(message: str) -> Any:
    added = re.search(r" Add `\w+: (.*)`", message)
    if added is not None:
        return yaml.safe_load(added[1])
    sentence = re.split(r"(?<=\.) (?=Write |Remove )", message)[-1]
    if sentence.startswith("Remove it"):
        return ABSENT
    value = re.sub(r"^Write (e\.g\. )?|( or (more|less))?(, or .*)?\.$", "", sentence)
    return yaml.safe_load(value)
