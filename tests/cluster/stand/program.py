"""The stack's configuration, and the program itself run on the sandbox against the stand's API server."""

import json
from pathlib import Path

from components.config.platform import PlatformConfig
from tests.cluster.stand.api import Api
from tests.cluster.stand.binaries import ROOT
from tests.cluster.stand.waiting import wait_for
from tests.unit.harness import run_stack
from tests.unit.harness_config import load_project, stack_config


def stack(name: str) -> PlatformConfig:
    """The committed configuration of a stack, as the program reads it."""
    prefix = f"{load_project(ROOT)['name']}:"
    found = {
        key.removeprefix(prefix): value for key, value in stack_config(name, ROOT).items() if key.startswith(prefix)
    }
    return PlatformConfig.model_validate_json(json.dumps(found))


def up(name: str, api: Api, charts: Path) -> None:
    """STOPGAP until the sandbox takes --kubeconfig: the objects as recorded under mocks."""
    import yaml

    run = run_stack(name)
    for resource in run.resources:
        if not resource.type.startswith("kubernetes:"):
            continue
        if resource.type == "kubernetes:helm.sh/v3:Release":
            inputs = resource.inputs
            for file in sorted((charts / inputs["chart"]).glob("*.yaml")):
                for manifest in yaml.load_all(file.read_text(), yaml.CSafeLoader):
                    manifest["metadata"].setdefault("namespace", inputs["namespace"])
                    wait_for("kind", lambda m=manifest: api.apply(m), 20)
        else:
            wait_for(resource.name, lambda r=resource: api.apply(r.inputs, manager="pulumi"), 20)
