"""Nodes as in the stack file, and the time that pods take on them.

A node's capacity is what the program computes as the room for pods, so that pods of a stack that does not fit stay
pending. Pods take 3 s to become ready and 5 s to terminate: with instant pods a quota that is too small would suffice.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from ruamel.yaml import YAML

from components.config.platform import PlatformConfig
from components.sizing import quantities
from components.sizing.capacity import node_capacity
from tests.cluster.stand.api import Api, Json
from tests.cluster.stand.binaries import SHARE
from tests.cluster.stand.waiting import wait_for

STAGES = SHARE / "kwok" / "stages"
READY_MS, END_MS, JOB_MS = 3000, 5000, 1000
DELAYS: Mapping[str, int] = {"pod-ready": READY_MS, "pod-delete": END_MS, "pod-complete": JOB_MS}
"""Delays by the name of kwok's Stage."""
READY_SECONDS = 60


def write_stages(file: Path) -> None:
    """Write kwok's own stages with our delays to one file. LookupError if one of them is missing."""
    yaml = YAML(typ="safe", pure=True)
    stages = [
        cast("Json", stage)
        for source in sorted(STAGES.rglob("*.yaml"))
        for stage in yaml.load_all(source.read_text())  # pyright: ignore[reportUnknownMemberType] ruamel is untyped here
        if stage and cast("Json", stage)["kind"] == "Stage"
    ]
    absent = DELAYS.keys() - {stage["metadata"]["name"] for stage in stages}
    if absent:
        raise LookupError(f"{STAGES} has no stage {', '.join(sorted(absent))}: make cluster-tools")
    for stage in stages:
        delay = DELAYS.get(stage["metadata"]["name"])
        if delay is not None:
            stage["spec"]["delay"] = {"durationMilliseconds": delay}
    file.write_text("---\n".join(json.dumps(stage) + "\n" for stage in stages))  # JSON is YAML


def create_nodes(api: Api, config: PlatformConfig) -> list[str]:
    """Create the stack's desired nodes in its zones; their names, once all are ready."""
    assert config.cluster is not None, "a stack without a cluster has no nodes"
    assert config.network is not None, "a stack with a cluster has a network"
    nodes, zones = config.cluster.nodes, config.network.zones
    available = node_capacity(nodes.instance_type, prefix_delegation=nodes.prefix_delegation)
    capacity = {
        "cpu": quantities.cpu(available.cpu),
        "ephemeral-storage": "20Gi",
        "memory": quantities.memory(available.memory),
        "pods": str(available.pods),
    }
    names = [f"node-{number}" for number in range(nodes.desired)]
    for number, name in enumerate(names):
        api.create("/api/v1/nodes", _node(name, number, nodes.instance_type, zones[number % len(zones)], capacity))
    wait_for("ready nodes", lambda: all(_ready(node) for node in api.items("/api/v1/nodes")), READY_SECONDS)
    return names


def cordon(api: Api, node: str, *, cordoned: bool = True) -> None:
    """Cordon or uncordon a node."""
    api.patch(f"/api/v1/nodes/{node}", {"spec": {"unschedulable": cordoned}})


def _node(name: str, number: int, instance_type: str, zone: str, capacity: Mapping[str, str]) -> Json:
    labels = {
        "kubernetes.io/arch": "amd64",
        "kubernetes.io/hostname": name,
        "kubernetes.io/os": "linux",
        "node.kubernetes.io/instance-type": instance_type,
        "topology.kubernetes.io/region": zone[:-1],
        "topology.kubernetes.io/zone": zone,
    }
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "spec": {"podCIDR": f"10.64.{number}.0/24"},
        "status": {"allocatable": capacity, "capacity": capacity},
    }


def _ready(node: Mapping[str, Any]) -> bool:
    conditions = cast("list[Json]", node["status"].get("conditions", []))
    up = any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)
    return up and not node["spec"].get("taints")
