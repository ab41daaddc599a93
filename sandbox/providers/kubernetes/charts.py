"""Rendered charts: a Helm release applies the manifests that lie in a folder of its chart's name.

`--charts DIR`: a release of chart `argo-cd` (or `oci://…/argo-cd`) applies DIR/argo-cd/*.yaml in the order of the
files' names, definitions of kinds first. As with Helm, these stay when the release goes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import yaml

from sandbox.providers.kubernetes.api import Thing
from sandbox.providers.kubernetes.objects import Lacking, Objects
from sandbox.providers.kubernetes.readiness import checks, seconds_of
from sandbox.providers.package import Refused
from sandbox.providers.wire import Json, Value, dig, mapping, put, text

MANAGER = "helm"
_DEFINITION = "CustomResourceDefinition"


@dataclass(frozen=True)
class Release:
    """What of a release matters here."""

    chart: str
    namespace: str
    wait: bool
    """For the workloads, until they are available."""
    seconds: float


class Charts:
    """The folder of rendered charts; None: there is none."""

    def __init__(self, objects: Objects, folder: Path | None) -> None:
        self._objects = objects
        self._folder = folder

    def install(self, release: Release) -> None:
        """Apply the release's manifests, and wait for them. Raises Refused."""
        manifests = self._manifests(release.chart)
        first = [manifest for manifest in manifests if manifest.get("kind") == _DEFINITION]
        self._apply(first, release, wait=True)
        self._apply([manifest for manifest in manifests if manifest not in first], release, wait=release.wait)

    def remove(self, release: Release) -> None:
        """Delete the release's manifests but the definitions, last first, and wait until they are gone."""
        going: list[tuple[Thing, Json]] = []
        for manifest in reversed(self._manifests(release.chart)):
            thing = self._found(manifest, release)
            live = None if thing is None or manifest.get("kind") == _DEFINITION else self._objects.api.get(thing)
            if thing is not None and live is not None:
                self._objects.ask_to_go(thing, live)
                going.append((thing, live))
        for thing, live in going:
            self._objects.gone(thing, live, seconds_of(live, 0, self._objects.patience))

    def _apply(self, manifests: Sequence[Json], release: Release, *, wait: bool) -> None:
        written: list[tuple[Thing, Json]] = []
        for manifest in manifests:
            thing = self._place(manifest, release)
            metadata: Json = {**mapping(manifest.get("metadata")), "name": thing.name}
            if thing.namespace:
                metadata["namespace"] = thing.namespace
            sent = put(manifest, "metadata", metadata)
            written.append((thing, self._objects.api.apply(thing, sent, MANAGER, force=True)))
        for thing, live in written if wait else ():
            try:
                self._objects.ready(thing, live, checks(live), release.seconds)
            except Lacking as lacking:
                raise Refused("", f"chart {release.chart}: {lacking}") from None

    def _place(self, manifest: Json, release: Release) -> Thing:
        served = self._objects.served(text(manifest, "apiVersion"), text(manifest, "kind"))
        namespace = (text(manifest, "metadata.namespace") or release.namespace) if served.namespaced else ""
        return Thing(served, namespace, text(manifest, "metadata.name"))

    def _found(self, manifest: Json, release: Release) -> Thing | None:
        """Its place, None where its kind is gone and it with it."""
        if self._objects.api.served(text(manifest, "apiVersion"), text(manifest, "kind")) is None:
            return None
        return self._place(manifest, release)

    def _manifests(self, chart: str) -> list[Json]:
        if self._folder is None:
            return []
        # The oci:// and path forms end in the chart's name.
        folder = self._folder / chart.rstrip("/").rpartition("/")[2]
        return [manifest for file in sorted(folder.glob("*.yaml")) for manifest in _read(file)]


def _read(file: Path) -> list[Json]:
    """The objects of a file; lists are opened. Raises Refused."""
    # libyaml's loader: definitions of kinds are megabytes, which take ruamel.yaml half a minute.
    try:
        documents = cast("list[Value]", list(yaml.load_all(file.read_text(encoding="utf-8"), yaml.CSafeLoader)))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Refused("", f"{file} is not YAML: {error}") from None
    found: list[Json] = []
    for document in documents:
        items = dig(document, "items") if text(document, "kind").endswith("List") else [document]
        found += [mapping(item) for item in (items if isinstance(items, list) else []) if item]
    for manifest in found:
        for path in ("apiVersion", "kind", "metadata.name"):
            if not text(manifest, path):
                raise Refused("", f"{file}: an object has no {path}")
    return found
