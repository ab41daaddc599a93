"""The charts of a stack, under the names, versions and repositories that the program asks for.

External Secrets' chart is its own, from its Go module, without the webhook that would judge its objects: nothing serves
it. The other charts are written here: Argo CD's CRDs and settings are its own (from its Go module), with the program's
values in its ConfigMaps, and Argo Rollouts' CRDs and rights (likewise). Pods have the sizes that the program gives the
charts, so that they take the same room in namespaces and quotas as the real ones.
"""

import io
import json
import re
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import urlsplit

from ruamel.yaml import YAML

from components.argocd.installation import CHART, CHART_REPOSITORY
from components.argocd.network_policies import USER_INTERFACE
from components.argocd.pods import argocd_workloads
from components.argocd.specs import application_namespaces
from components.argocd.values import argocd_values
from components.config.controllers import NodeScaling, OperatorsConfig
from components.config.platform import PlatformConfig
from components.controllers import external_secrets, rollouts
from components.controllers.chart import KEEP, Chart
from components.controllers.context import ControllerContext
from components.controllers.controller import Controller, enabled_controllers
from components.kubernetes.names import NAME_LABEL, PLATFORM_NAMESPACE
from tests.cluster.stand import reloader
from tests.cluster.stand.api import Json
from tests.cluster.stand.binaries import SHARE
from tests.cluster.stand.pods import chart_workload
from tests.harness.controllers_runs import eks_context

ARGOCD, ROLLOUTS, EXTERNAL_SECRETS = SHARE / "argocd", SHARE / "argo-rollouts", SHARE / "external-secrets"
SETTINGS = ("ConfigMap", "Role", "RoleBinding", "Secret", "ServiceAccount")
"""Kinds that are taken from Argo CD's own manifests, in addition to the CRDs."""
CLUSTER_RIGHTS = ("ClusterRole", "ClusterRoleBinding")
KIND = re.compile(r"^kind: (\w+)$", re.MULTILINE)
CRDS, MANIFESTS = "definitions", "manifests"
"""Folders of a chart whose files its templates read: text with `{{` in them is not for Helm to evaluate."""
CRD_TEMPLATE = """
{{- range $path, $_ := .Files.Glob "definitions/*" }}
{{- $crd := $.Files.Get $path | fromYaml }}
{{- $annotations := merge (dict) $.Values.crds.annotations ($crd.metadata.annotations | default dict) }}
---
{{ set $crd "metadata" (set $crd.metadata "annotations" $annotations) | toYaml }}
{{- end }}
"""
"""The definitions, annotated as the values say: as the released charts do."""
MANIFEST_TEMPLATE = """
{{- range $path, $_ := .Files.Glob "manifests/*" }}
---
{{ $.Files.Get $path }}
{{- end }}
"""
UNSERVED = ("validatingwebhook.yaml",)
"""Templates of External Secrets that are left out."""


@dataclass(frozen=True, kw_only=True)
class PackagedChart:
    """A chart as a repository offers it."""

    repository: str
    """Address of the repository."""
    name: str
    version: str
    files: Mapping[str, str]
    """Content by path, without Chart.yaml."""

    @property
    def archive(self) -> bytes:
        """The .tgz."""
        chart = {"apiVersion": "v2", "name": self.name, "version": self.version, "appVersion": self.version}
        stream = io.BytesIO()
        with tarfile.open(fileobj=stream, mode="w:gz", compresslevel=1) as archive:
            for path, text in {"Chart.yaml": json.dumps(chart), **self.files}.items():  # JSON is YAML
                content = text.encode()
                entry = tarfile.TarInfo(f"{self.name}/{path}")
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))
        return stream.getvalue()


def stack_charts(config: PlatformConfig) -> Iterator[PackagedChart]:
    """Argo CD's chart and those of the configured controllers."""
    yield PackagedChart(
        repository=CHART_REPOSITORY,
        name=CHART,
        version=config.argocd.chart_version,
        files=chart_files(
            [*_argocd_settings(config), *map(chart_workload, argocd_workloads(config.argocd)), _argocd_server()],
            (ARGOCD / "crds").glob("*-crd.yaml"),
        ),
    )
    scaling = NodeScaling.NONE if config.cluster is None else config.cluster.nodes.scaler
    context = ControllerContext(
        settings=config.operators, scaling=scaling, system=config.system.name, eks=eks_context()
    )
    for controller in enabled_controllers(config.operators, scaling):
        charts = [*controller.charts(context)]
        for chart in charts:
            assert chart.repository is not None, f"{chart.chart}: the stand has no OCI registry"
            yield PackagedChart(
                repository=chart.repository,
                name=chart.chart,
                version=chart.version,
                files=_files(controller, chart, charts),
            )


def chart_hosts() -> list[str]:
    """Hosts of the repositories of all charts that any stack may install, OCI registries excluded."""
    settings = OperatorsConfig.model_validate({field.alias: {} for field in OperatorsConfig.model_fields.values()})
    scaling = NodeScaling.CLUSTER_AUTOSCALER
    context = ControllerContext(settings=settings, scaling=scaling, system="any", eks=eks_context())
    charts = [chart for controller in enabled_controllers(settings, scaling) for chart in controller.charts(context)]
    repositories = {CHART_REPOSITORY, *(chart.repository for chart in charts if chart.repository is not None)}
    return sorted({str(urlsplit(repository).hostname) for repository in repositories})


def chart_files(manifests: Iterable[Json], crds: Iterable[Path] = ()) -> Mapping[str, str]:
    """A chart that installs these manifests and definitions."""
    return {
        "values.yaml": json.dumps({"crds": {"annotations": KEEP}}),
        "templates/crds.yaml": CRD_TEMPLATE,
        "templates/manifests.yaml": MANIFEST_TEMPLATE,
        **{f"{CRDS}/{file.name}": file.read_text() for file in crds},
        **{f"{MANIFESTS}/{number:03}.yaml": json.dumps(manifest) for number, manifest in enumerate(manifests)},
    }


def _files(controller: Controller, chart: Chart, charts: Sequence[Chart]) -> Mapping[str, str]:
    if chart.name == external_secrets.NAME:
        return _external_secrets()
    # A workload is of the chart whose name its own begins with, or of the first one.
    workloads = [
        workload
        for workload in controller.workloads
        if next((one for one in charts if workload.name.startswith(one.name)), charts[0]) == chart
    ]
    manifests = [*map(chart_workload, workloads)]
    if chart.name == reloader.NAME:
        manifests += reloader.rights()
    if chart.name == rollouts.NAME:
        # Helm records a release's templates and the rendered manifests in one Secret, which these would not fit into
        # as templates.
        crds = {f"crds/{file.name}": file.read_text() for file in ROLLOUTS.glob("*-crd.yaml")}
        return {**chart_files([*manifests, *_rollouts_rights()]), **crds}
    return chart_files(manifests)


def _external_secrets() -> Mapping[str, str]:
    """The module's chart, whose definitions are added to the chart when it is released."""
    root = EXTERNAL_SECRETS / "chart"
    files = {
        str(file.relative_to(root)): file.read_text()
        for folder in ("templates", "files")
        for file in sorted((root / folder).rglob("*"))
        if file.is_file() and file.suffix != ".md" and file.name not in UNSERVED
    }
    definitions = (EXTERNAL_SECRETS / "bundle.yaml").read_text().split("\n---\n")
    return {
        **files,
        **{name: (root / name).read_text() for name in ("values.yaml", "values.schema.json")},
        "templates/crds.yaml": CRD_TEMPLATE,
        **{f"{CRDS}/{number:02}.yaml": text for number, text in enumerate(definitions)},
    }


def _rollouts_rights() -> Iterator[Json]:
    yaml = YAML(typ="safe", pure=True)
    name = rollouts.NAME
    role = cast("Json", yaml.load((ROLLOUTS / f"{name}-clusterrole.yaml").read_text()))  # pyright: ignore[reportUnknownMemberType] ruamel is untyped here
    yield role
    yield {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}}
    yield {
        "apiVersion": role["apiVersion"],
        "kind": "ClusterRoleBinding",
        "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role["kind"], "name": role["metadata"]["name"]},
        "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": PLATFORM_NAMESPACE}],
    }


def _argocd_server() -> Json:
    """The Service that webhooks are sent to."""
    name = USER_INTERFACE[NAME_LABEL]
    ports = [{"name": "https", "port": 443, "targetPort": 8080}]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"ports": ports, "selector": {NAME_LABEL: name}},
    }


def _argocd_settings(config: PlatformConfig) -> Iterable[Json]:
    chart = argocd_values(config.argocd, application_namespaces(config.environments))
    values = cast("Mapping[str, Mapping[str, object]]", chart["configs"])
    kinds = (*SETTINGS, *(CLUSTER_RIGHTS if chart["createClusterRoles"] else ()))
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
        if kind and kind[1] in kinds:
            manifest = cast("Json", yaml.load(text))  # pyright: ignore[reportUnknownMemberType] ruamel is untyped here
            added = overrides.get(manifest["metadata"]["name"], {})
            if added:
                data = manifest.setdefault("data", {})
                data |= {key: value if isinstance(value, str) else json.dumps(value) for key, value in added.items()}
            yield manifest
