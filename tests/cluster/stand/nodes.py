"""Nodes as a stack file describes them, and the time that pods take on them.

A node has what the program's own sums say that it leaves for pods, so a stack that does not fit shows as pods that find
no node. Pods take 3 s to become ready and 5 s to end: with instant ones a quota that is too small looks sufficient.
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
"""By the name of kwok's Stage."""
READY_SECONDS = 60


def write_stages(file: Path) -> None:
    """The stages that kwok brings with our delays, in one file. LookupError where one of them is not there."""
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


def make_nodes(api: Api, config: PlatformConfig) -> list[str]:
    """Make the stack's desired nodes, spread over its zones; their names, when all are ready."""
    assert config.cluster is not None, "a stack without a cluster has no nodes"
    assert config.network is not None, "a cluster of a stack lies in its network"
    nodes, zones = config.cluster.nodes, config.network.zones
    held = node_capacity(nodes.instance_type, prefix_delegation=nodes.prefix_delegation)
    room = {
        "cpu": quantities.cpu(held.cpu),
        "ephemeral-storage": "20Gi",
        "memory": quantities.memory(held.memory),
        "pods": str(held.pods),
    }
    names = [f"node-{number}" for number in range(nodes.desired)]
    for number, name in enumerate(names):
        api.create("/api/v1/nodes", _node(name, number, nodes.instance_type, zones[number % len(zones)], room))
    wait_for("nodes that are ready", lambda: all(_ready(node) for node in api.items("/api/v1/nodes")), READY_SECONDS)
    return names


def cordon(api: Api, node: str, *, closed: bool = True) -> None:
    """Close a node to new pods, or open it again."""
    api.patch(f"/api/v1/nodes/{node}", {"spec": {"unschedulable": closed}})


def _node(name: str, number: int, instance_type: str, zone: str, room: Mapping[str, str]) -> Json:
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
        "status": {"allocatable": room, "capacity": room},
    }


def _ready(node: Mapping[str, Any]) -> bool:
    conditions = cast("list[Json]", node["status"].get("conditions", []))
    up = any(found["type"] == "Ready" and found["status"] == "True" for found in conditions)
    return up and not node["spec"].get("taints")
