"""Manifests in place of the charts: one folder for each chart, in the format of the sandbox's `--charts`.

Argo CD's CRDs and settings are its own (from its Go module), with the program's values in its ConfigMap. Pods have the
sizes that the program gives the charts, so that they take the same room in namespaces and quotas as the real ones.
"""

import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import cast

from ruamel.yaml import YAML

from components.argocd.installation import CHART
from components.argocd.pods import argocd_workloads
from components.argocd.specs import application_namespaces
from components.argocd.values import argocd_values
from components.config.controllers import NodeScaling
from components.config.platform import PlatformConfig
from components.controllers.controller import enabled_controllers
from components.sizing.pods import Workload
from tests.cluster.stand import reloader
from tests.cluster.stand.api import Json
from tests.cluster.stand.binaries import SHARE
from tests.cluster.stand.pods import chart_workload

ARGOCD = SHARE / "argocd"
SETTINGS = ("ConfigMap", "Secret", "ServiceAccount")
"""Kinds that are taken from Argo CD's own manifests, in addition to the CRDs."""
KIND = re.compile(r"^kind: (\w+)$", re.MULTILINE)
EXTERNAL_SECRETS = "external-secrets"
EXTERNAL_SECRETS_KINDS = {
    "ClusterSecretStore": ("clustersecretstores", "Cluster"),
    "ExternalSecret": ("externalsecrets", "Namespaced"),
}


def write_charts(folder: Path, config: PlatformConfig) -> None:
    """One folder for Argo CD and one for each chart of the configured controllers."""
    argocd = folder / CHART
    argocd.mkdir(parents=True)
    for crd in sorted((ARGOCD / "crds").glob("*-crd.yaml")):
        shutil.copy2(crd, argocd / f"0-{crd.name}")
    _write(argocd / "1-settings.yaml", [*_argocd_settings(config)])
    _write(argocd / "2-workloads.yaml", map(chart_workload, argocd_workloads(config.argocd)))
    scaling = NodeScaling.NONE if config.cluster is None else config.cluster.nodes.scaler
    controllers = enabled_controllers(config.operators, scaling)
    all_workloads = [workload for controller in controllers for workload in controller.workloads]
    for chart, workloads in _by_chart(all_workloads).items():
        (folder / chart).mkdir()
        if chart == EXTERNAL_SECRETS:
            _write(folder / chart / "0-crds.yaml", map(_definition, EXTERNAL_SECRETS_KINDS))
        if chart == reloader.NAME:
            _write(folder / chart / "1-rights.yaml", reloader.rights())
        _write(folder / chart / "2-workloads.yaml", map(chart_workload, workloads))


def _by_chart(workloads: Sequence[Workload]) -> Mapping[str, Sequence[Workload]]:
    """Workloads by chart: the name of the first one is the chart's, the others' names begin with it."""
    charts: dict[str, list[Workload]] = {}
    for workload in sorted(workloads, key=lambda workload: workload.name):
        chart = next((name for name in charts if workload.name.startswith(f"{name}-")), workload.name)
        charts.setdefault(chart, []).append(workload)
    return charts


def _argocd_settings(config: PlatformConfig) -> Iterable[Json]:
    chart = argocd_values(config.argocd, application_namespaces(config.environments))
    values = cast("Mapping[str, Mapping[str, object]]", chart["configs"])
    overrides: Mapping[str, Mapping[str, object]] = {
        "argocd-cm": values["cm"],
        "argocd-cmd-params-cm": values["params"],
        "argocd-rbac-cm": values["rbac"],
    }
    # Parsing the whole file takes seconds, because most of it is CRDs.
    texts = (ARGOCD / "core-install.yaml").read_text().split("\n---\n")
    yaml = YAML(typ="safe", pure=True)
    for text in texts:
        kind = KIND.search(text)
        if kind and kind[1] in SETTINGS:
            manifest = cast("Json", yaml.load(text))  # pyright: ignore[reportUnknownMemberType] ruamel is untyped here
            added = overrides.get(manifest["metadata"]["name"], {})
            if added:
                data = manifest.setdefault("data", {})
                data |= {key: value if isinstance(value, str) else json.dumps(value) for key, value in added.items()}
            yield manifest


def _definition(kind: str) -> Json:
    """A CRD that accepts any content."""
    plural, scope = EXTERNAL_SECRETS_KINDS[kind]
    anything = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    schema = {"type": "object", "properties": {"spec": anything, "status": anything}}
    version: Json = {
        "name": "v1",
        "served": True,
        "storage": True,
        "schema": {"openAPIV3Schema": schema},
        "subresources": {"status": {}},
    }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.external-secrets.io"},
        "spec": {
            "group": "external-secrets.io",
            "names": {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()},
            "scope": scope,
            "versions": [version],
        },
    }


def _write(file: Path, manifests: Iterable[Json]) -> None:
    """Write the manifests as JSON, which is YAML and parses fast."""
    file.write_text("---\n".join(json.dumps(manifest, indent=1) + "\n" for manifest in manifests))
