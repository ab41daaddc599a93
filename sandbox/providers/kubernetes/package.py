"""The kubernetes package: objects of any kind, and Helm releases.

A cluster is identified by the address in the provider's kubeconfig, which is the scope of everything in it.
The objects stay in the account. A real API server takes the real provider: `Request.plugins`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from ipaddress import IPv4Address, IPv4Network

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sandbox.providers.account import Account, Record
from sandbox.providers.kubernetes.kinds import (
    ALWAYS,
    CLUSTER_SCOPED,
    FIRST_NAMESPACES,
    IMMUTABLE,
    REPLACES,
    WITH_STATUS,
    plural,
)
from sandbox.providers.naming import Failure, NameRule
from sandbox.providers.package import Birth, Call, Difference, Package, Refused, overlay
from sandbox.providers.tokens import Token
from sandbox.providers.wire import UNKNOWN, Json, Value, dig, mapping, put, text

RELEASE = "kubernetes:helm.sh/v3:Release"
NAMESPACE = "kubernetes:core/v1:Namespace"
_EKS = ".eks.amazonaws.com"
_EARLY = "2026-01-01T00:00:00Z"
_OBJECT_NAME = NameRule("metadata.name", 253)
_RELEASE_NAME = NameRule("name", 53)


class Kubernetes(Package):
    """kubernetes:*."""

    def __init__(self, account: Account, address: str | None = None) -> None:
        """`address`: of the machine that runs Pulumi; without one it is inside every cluster's VPC."""
        super().__init__("kubernetes", account)
        self._address = address

    def forced_settings(self, settings: Json) -> Collection[str]:
        """The settings that select the cluster: its identifier if it is set, otherwise the kubeconfig."""
        return ("clusterIdentifier",) if settings.get("clusterIdentifier") else ("kubeconfig", "clusterIdentifier")

    def check(self, call: Call, olds: Json, news: Json) -> tuple[Json, list[Failure]]:
        """Add a generated name, and the default namespace for namespaced objects."""
        inputs, failures = super().check(call, olds, news)
        fallback = text(call.settings, "namespace") or "default"
        if call.type == RELEASE:
            return put(inputs, "namespace", inputs.get("namespace") or fallback), failures
        metadata = inputs.get("metadata")
        if _namespaced(call.type) and isinstance(metadata, dict) and not metadata.get("namespace"):
            inputs = put(inputs, "metadata", put(metadata, "namespace", fallback))
        return inputs, failures

    def diff(self, call: Call, olds: Json, news: Json) -> Difference:
        """Compare old inputs with new ones; the cluster must be reachable."""
        self._refuse_unreachable(self.scope(call))
        return super().diff(call, olds, news)

    def naming(self, type_: str) -> NameRule | None:
        """The name in the metadata, or of the release."""
        return _RELEASE_NAME if type_ == RELEASE else _OBJECT_NAME

    def forced(self, call: Call) -> Collection[str]:
        """Name and namespace, and the kind's immutable fields."""
        if call.type == RELEASE:
            return ("name", "namespace")
        kind = _kind(call.type)
        setting, data = IMMUTABLE.get(kind, ("", ()))
        mutable = bool(setting) and text(call.settings, setting) == "true"
        return (*ALWAYS, *REPLACES.get(kind, ()), *(() if mutable else data))

    def identity_fields(self, type_: str) -> Sequence[str]:
        """Namespace and name."""
        if type_.endswith("Patch"):
            return ()
        return ("namespace", "name") if type_ == RELEASE else ("metadata.namespace", "metadata.name")

    def taken(self, call: Call, inputs: Json) -> Refused:
        """With the API server's or Helm's message."""
        if call.type == RELEASE:
            return Refused("", "cannot re-use a name that is still in use")
        name = text(inputs, "metadata.name")
        return Refused("AlreadyExists", f'{plural(_kind(call.type))} "{name}" already exists')

    def scope(self, call: Call) -> str:
        """The cluster's address."""
        return server_of(call.settings.get("kubeconfig"))

    def make_id(self, call: Call, inputs: Json, token: Token) -> str:
        """`namespace/name`, or the name of a cluster-scoped object."""
        del token
        where = inputs if call.type == RELEASE else inputs.get("metadata")
        return "/".join(filter(None, [text(where, "namespace"), text(where, "name")]))

    def outputs(self, birth: Birth, inputs: Json) -> Json:
        """The object with the fields that the API server adds."""
        unknown = birth.preview and not birth.id
        if birth.call.type == RELEASE:
            return overlay(inputs, {"status": UNKNOWN if birth.preview else _release_status(inputs, birth.version)})
        outputs = dict(inputs)
        if isinstance(inputs.get("metadata"), dict) and not unknown:
            added: Json = {"uid": birth.token.uuid("uid"), "creationTimestamp": _EARLY}
            outputs = overlay(outputs, {"metadata": added})
        if _kind(birth.call.type) in WITH_STATUS and birth.call.type.count("/") == 1:
            outputs = overlay(outputs, {"status": UNKNOWN if unknown else _status(birth, inputs)})
        return outputs

    def guard_create(self, call: Call, inputs: Json) -> None:
        """The cluster must be reachable, and the namespace must exist."""
        scope = self.scope(call)
        self._refuse_unreachable(scope)
        if call.type == NAMESPACE and text(inputs, "metadata.name") in FIRST_NAMESPACES:
            raise self.taken(call, inputs)
        where = inputs if call.type == RELEASE else inputs.get("metadata")
        namespace = text(where, "namespace")
        if not namespace or namespace in FIRST_NAMESPACES or self.account.get(scope, NAMESPACE, namespace):
            return
        if not (call.type == RELEASE and inputs.get("createNamespace") is True):
            raise Refused("NotFound", f'namespaces "{namespace}" not found')
        self._make_namespace(call, scope, namespace)

    def guard_update(self, call: Call, record: Record, inputs: Json) -> None:
        """The cluster must be reachable."""
        del call, inputs
        self._refuse_unreachable(record.scope)

    def guard_delete(self, call: Call, record: Record) -> None:
        """The cluster must be reachable."""
        del call
        self._refuse_unreachable(record.scope)

    def refresh(self, call: Call, id_: str, inputs: Json, outputs: Json) -> Record | None:
        """The cluster must be reachable."""
        self._refuse_unreachable(self.scope(call))
        return super().refresh(call, id_, inputs, outputs)

    def _refuse_unreachable(self, scope: str) -> None:
        """An EKS cluster must exist, and its endpoint accept the machine that runs Pulumi. Raises Refused."""
        if _EKS not in scope:
            return
        clusters = self.account.all("aws:eks/cluster:Cluster")
        network = next((c.inputs.get("vpcConfig") for c in clusters if text(c.outputs, "endpoint") == scope), None)
        if network is None:
            raise Refused("", f"configured Kubernetes cluster is unreachable: {scope}: no such host")
        if self._address is not None and not _accepts(network, self._address):
            raise Refused("", f"configured Kubernetes cluster is unreachable: {scope}: i/o timeout")

    def after_delete(self, call: Call, record: Record) -> None:
        """Remove everything in a deleted namespace."""
        del call
        if record.type == NAMESPACE:
            for item in self.account.within(record.scope):
                if item.id.startswith(f"{record.id}/"):
                    self.account.remove(item)

    def _make_namespace(self, call: Call, scope: str, name: str) -> None:
        manifest: Json = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        self.account.put(
            Record(
                package=self.name,
                scope=scope,
                type=NAMESPACE,
                id=name,
                identity=self.identity(NAMESPACE, manifest),
                urn=call.urn,
                life=1,
                version=1,
                inputs=manifest,
                outputs=manifest,
            )
        )


def _accepts(network: Value, address: str) -> bool:
    """Whether a control plane's public endpoint accepts an IPv4 address."""
    cidrs = dig(network, "publicAccessCidrs") or ["0.0.0.0/0"]
    ranges = [IPv4Network(str(cidr)) for cidr in cidrs] if isinstance(cidrs, list) else []
    return dig(network, "endpointPublicAccess") is True and any(IPv4Address(address) in each for each in ranges)


def server_of(kubeconfig: Value) -> str:
    """The cluster address of a kubeconfig's current context (text or object); empty if it has none."""
    config = kubeconfig
    if isinstance(config, str):
        try:
            config = YAML(typ="safe", pure=True).load(config)
        except YAMLError:
            return ""
    contexts, clusters = _entries(config, "contexts", "context"), _entries(config, "clusters", "cluster")
    current = mapping(contexts.get(text(config, "current-context")))
    return text(mapping(clusters.get(text(current, "cluster"))), "server")


def _entries(config: Value, listed: str, inner: str) -> Json:
    entries = dig(config, listed)
    return {text(entry, "name"): mapping(entry).get(inner) for entry in entries} if isinstance(entries, list) else {}


def _kind(type_: str) -> str:
    return type_.rpartition(":")[2]


def _namespaced(type_: str) -> bool:
    """Known for Kubernetes' own kinds; a custom resource is namespaced if it sets a namespace."""
    group = type_.split(":")[1].partition("/")[0]
    return "." not in group.removesuffix(".k8s.io") and _kind(type_).removesuffix("Patch") not in CLUSTER_SCOPED


def _release_status(inputs: Json, revision: int) -> Json:
    return {
        "name": text(inputs, "name"),
        "namespace": text(inputs, "namespace"),
        "revision": revision,
        "status": "deployed",
        "chart": text(inputs, "chart"),
        "version": text(inputs, "version"),
        "appVersion": text(inputs, "version"),
    }


def _status(birth: Birth, inputs: Json) -> Json:
    kind = _kind(birth.call.type)
    if kind == "Namespace":
        return {"phase": "Active"}
    if kind == "Service" and text(inputs, "spec.type") == "LoadBalancer":
        return {"loadBalancer": {"ingress": [{"hostname": f"{birth.token.hex(32, 'lb')}.elb.amazonaws.com"}]}}
    if kind == "Ingress":
        return {"loadBalancer": {"ingress": [{"hostname": f"k8s-{birth.token.hex(16, 'lb')}.elb.amazonaws.com"}]}}
    return {}
