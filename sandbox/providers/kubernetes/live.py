"""The kubernetes package on a real API server: objects by server-side apply, as pulumi-kubernetes sends them.

The API server is the truth, so nothing of an object is kept in the account. What says whose an object is, is the
field manager: each resource has one of its own, made from its URN.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

from sandbox.providers.account import Account, Record
from sandbox.providers.diffing import Change, Kind, compare, show
from sandbox.providers.kubernetes.api import Rejected, Thing
from sandbox.providers.kubernetes.charts import Charts, Release
from sandbox.providers.kubernetes.drift import VOLATILE, as_inputs, as_stored, kept, rewritten, without
from sandbox.providers.kubernetes.kinds import plural
from sandbox.providers.kubernetes.objects import Lacking, Objects
from sandbox.providers.kubernetes.package import NAMESPACE, RELEASE, Kubernetes
from sandbox.providers.kubernetes.readiness import annotation, checks, seconds_of
from sandbox.providers.naming import Failure
from sandbox.providers.package import Birth, Call, Difference, NotReady, Refused, overlay, stored
from sandbox.providers.tokens import Token
from sandbox.providers.wire import UNKNOWN, Json, dig, has_unknown, mapping, put, revealed, rewrap, secret, text

_RELEASE_SECONDS = 300  # Helm's default


class LiveKubernetes(Kubernetes):
    """kubernetes:*, on the API server that `objects` reaches; releases stay in the account and apply `charts`."""

    def __init__(self, account: Account, objects: Objects, charts: Path | None) -> None:
        super().__init__(account)
        self._objects = objects
        self._api = objects.api
        self._charts = Charts(objects, charts)

    def cancel(self) -> None:
        """End every wait."""
        self._objects.cancel()

    def check(self, call: Call, olds: Json, news: Json) -> tuple[Json, list[Failure]]:
        """The annotations too: a wait that makes no sense is refused before anything is made."""
        inputs, failures = super().check(call, olds, news)
        if call.type != RELEASE:
            try:
                checks(revealed(inputs))
            except ValueError as error:
                failures = [*failures, Failure("metadata.annotations", str(error))]
        return inputs, failures

    def diff(self, call: Call, olds: Json, news: Json) -> Difference:
        """What an apply would change in the live object, and where the API server rewrites what it is sent."""
        said = super().diff(call, olds, news)
        if call.type == RELEASE or has_unknown(news) or any(change.replaces for change in said.changes):
            return said
        thing = self._thing(call, news)
        live = None if thing is None else self._api.get(thing)
        if thing is None or live is None:  # somebody deleted it
            return Difference([Change(("metadata", "uid"), Kind.UPDATE, replaces=True)], delete_first=True)
        sent = self._sent(thing, news)
        try:
            after = self._api.apply(thing, sent, manager(call), force=True, dry_run=True)
        except Rejected:
            if said.changes:
                return said  # updating says why
            raise
        changes = compare(kept(live), kept(after), self.forced(call))
        for path in rewritten(as_stored(sent), after):
            changes.append(Change(path, Kind.UPDATE, replaces=False))
            print(f"{thing}: the API server does not keep {show(path)} as it is written", file=sys.stderr)
        once = {change.key: change for change in changes}
        return Difference(list(once.values()), said.delete_first)

    def create(self, call: Call, inputs: Json, *, preview: bool) -> tuple[str, Json]:
        """Apply an object that nobody else has made."""
        self.guard_cluster(call)
        if call.type == RELEASE:
            if not preview:
                self._install(call, inputs)
            return super().create(call, inputs, preview=preview)
        if preview:
            return "", self._planned(call, inputs)
        self.account.next_life(call.urn)  # a replacement's generated name is another one
        thing = self._known(call, inputs)
        self._guard_taken(call, thing, inputs)
        live = self._api.apply(thing, self._sent(thing, inputs), manager(call), force=_forced(call, inputs))
        return thing.id, self._settled(call, thing, live, inputs)

    def refresh(self, call: Call, id_: str, inputs: Json, outputs: Json) -> Record | None:
        """The live object; the outputs as they are held where only what never counts differs."""
        if call.type == RELEASE:
            return super().refresh(call, id_, inputs, outputs)
        thing = self._at(call, id_)
        live = None if thing is None else self._api.get(thing)
        if live is None:
            return None
        seen = self._outputs(live, inputs)
        if outputs and not compare(kept(outputs), kept(seen), ()):
            seen = outputs
        return stored(self.name, call, id_, as_inputs(inputs, live) if inputs else kept(live), seen)

    def update(self, call: Call, id_: str, news: Json, *, preview: bool) -> Json:
        """Apply again."""
        if call.type == RELEASE:
            if not preview:
                self._charts.install(_release(call, news))
            return super().update(call, id_, news, preview=preview)
        thing = self._at(call, id_)
        if thing is None or self._api.get(thing) is None:
            raise Refused("NotFound", f'{_plural(call)} "{id_}" not found; refresh the stack')
        if preview and has_unknown(news):
            return news
        live = self._api.apply(
            thing, self._sent(thing, news), manager(call), force=_forced(call, news), dry_run=preview
        )
        return self._outputs(live, news) if preview else self._settled(call, thing, live, news)

    def delete(self, call: Call, id_: str) -> None:
        """Remove an object and wait for its end; a patch only gives up its fields."""
        if call.type == RELEASE:
            record = self.read(call, id_)
            if record is not None:
                self._charts.remove(_release(call, record.inputs))
            super().delete(call, id_)
            return
        thing = self._at(call, id_)
        if thing is None:  # its kind is gone, and it with it
            return
        if _is_patch(call):
            self._relinquish(call, thing)
            return
        self._objects.remove(thing, call.timeout)
        if call.type == NAMESPACE:
            self.forget_namespace(self.scope(call), id_)

    def guard_namespace(self, call: Call, namespace: str, *, create: bool) -> None:
        """Ask the API server for the namespace of a release, or make it."""
        served = self._objects.served("v1", "Namespace")
        thing = Thing(served, "", namespace)
        if self._api.get(thing) is not None:
            return
        if not create:
            raise Refused("NotFound", f'namespaces "{namespace}" not found')
        self._api.apply(thing, self._sent(thing, {}), manager(call))

    def _install(self, call: Call, inputs: Json) -> None:
        """Refuse what cannot be recorded afterwards, then apply the chart."""
        self.guard_create(call, inputs)
        if self.account.identified(self.scope(call), call.type, self.identity(call.type, inputs)):
            raise self.taken(call, inputs)
        release = _release(call, inputs)
        try:
            self._charts.install(release)
        except Refused:
            if inputs.get("atomic") is True:
                self._charts.remove(release)
            raise

    def _planned(self, call: Call, inputs: Json) -> Json:
        """What a dry run makes; as much as the inputs say where kind or namespace are still to come."""
        birth = Birth(call=call, id="", token=Token(call.urn, 0), version=1, preview=True)
        unknown = self.outputs(birth, inputs)
        thing = None if has_unknown(inputs) else self._thing(call, inputs)
        if thing is None or not self._has_namespace(thing):
            return unknown
        live = self._guard_taken(call, thing, inputs)
        if live is not None and not _is_patch(call):
            return unknown  # ours: it is about to be replaced, and a dry run would meet the old one's fixed fields
        after = self._api.apply(thing, self._sent(thing, inputs), manager(call), force=True, dry_run=True)
        made = overlay({"metadata": {"uid": UNKNOWN, "creationTimestamp": UNKNOWN}}, self._outputs(after, inputs))
        return put(made, "status", UNKNOWN) if "status" in made else made

    def _guard_taken(self, call: Call, thing: Thing, inputs: Json) -> Json | None:
        """Refuse an object that somebody else has made; give one of ours."""
        live = self._api.get(thing)
        if live is None or _is_patch(call):
            return live
        if text(live, "metadata.deletionTimestamp"):
            raise Refused("AlreadyExists", f'object is being deleted: {_plural(call)} "{thing.name}" already exists')
        fields = dig(live, "metadata.managedFields")
        if not any(text(entry, "manager") == manager(call) for entry in (fields if isinstance(fields, list) else [])):
            raise self.taken(call, inputs)
        return live

    def _settled(self, call: Call, thing: Thing, live: Json, inputs: Json) -> Json:
        seconds = seconds_of(live, call.timeout, self._objects.patience)
        try:
            live = self._objects.ready(thing, live, checks(live), seconds)
        except Lacking as lacking:
            raise NotReady(str(lacking), thing.id, self._outputs(lacking.live, inputs)) from None
        return self._outputs(live, inputs)

    def _outputs(self, live: Json, inputs: Json) -> Json:
        shown = put(live, "metadata", without(mapping(dig(live, "metadata")), VOLATILE))
        outputs = mapping(rewrap(inputs, shown))
        return (
            put(outputs, "data", secret(shown["data"]))
            if text(live, "kind") == "Secret" and "data" in live
            else outputs
        )

    def _relinquish(self, call: Call, thing: Thing) -> None:
        """Apply nothing but the object's name. The uid keeps the apply from making what is gone."""
        live = self._api.get(thing)
        if live is None:
            return
        empty = self._sent(thing, {"metadata": {"uid": text(live, "metadata.uid")}})
        self._api.apply(thing, empty, manager(call))

    def _sent(self, thing: Thing, inputs: Json) -> Json:
        opened = revealed(inputs)
        metadata: Json = {**mapping(opened.get("metadata")), "name": thing.name}
        if thing.namespace:
            metadata["namespace"] = thing.namespace
        served = thing.served
        return {**opened, "apiVersion": served.api_version, "kind": served.kind, "metadata": metadata}

    def _thing(self, call: Call, inputs: Json) -> Thing | None:
        served = self._api.served(*kind_of(call.type))
        if served is None:
            return None
        fallback = text(call.settings, "namespace") or "default"
        namespace = (text(inputs, "metadata.namespace") or fallback) if served.namespaced else ""
        return Thing(served, namespace, text(inputs, "metadata.name"))

    def _known(self, call: Call, inputs: Json) -> Thing:
        """The place of an object that is about to be made; waits for its kind. Raises Refused."""
        self._objects.served(*kind_of(call.type))
        thing = self._thing(call, inputs)
        assert thing is not None  # noqa: S101  its kind is served
        return thing

    def _at(self, call: Call, id_: str) -> Thing | None:
        """The place of an id, None where the kind is not served."""
        served = self._api.served(*kind_of(call.type))
        namespace, _, name = id_.rpartition("/")
        return None if served is None else Thing(served, namespace, name)

    def _has_namespace(self, thing: Thing) -> bool:
        if not thing.namespace:
            return True
        return self._api.get(Thing(self._objects.served("v1", "Namespace"), "", thing.namespace)) is not None


def kind_of(type_: str) -> tuple[str, str]:
    """`apiVersion` and `kind` of a type: `kubernetes:core/v1:ServiceAccountPatch` is v1, ServiceAccount."""
    _, module, kind = type_.split(":")
    return module.removeprefix("core/"), kind.removesuffix("Patch")


def manager(call: Call) -> str:
    """The field manager of a resource."""
    return f"pulumi-kubernetes-{hashlib.sha256(call.urn.encode()).hexdigest()[:8]}"


def _is_patch(call: Call) -> bool:
    return call.type.endswith("Patch")


def _forced(call: Call, inputs: Json) -> bool:
    """Whether to take over the fields of others; else they are a conflict."""
    return "true" in (annotation(revealed(inputs), "patchForce"), text(call.settings, "enablePatchForce"))


def _plural(call: Call) -> str:
    return plural(kind_of(call.type)[1])


def _release(call: Call, inputs: Json) -> Release:
    seconds = dig(inputs, "timeout")
    return Release(
        chart=text(inputs, "chart"),
        namespace=text(inputs, "namespace"),
        wait=inputs.get("skipAwait") is not True,
        seconds=call.timeout or (seconds if isinstance(seconds, (int, float)) else _RELEASE_SECONDS),
    )
