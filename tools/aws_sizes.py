"""The tables of sizes from AWS's published data: `python -m tools.aws_sizes nodes` or `databases` prints one.

Sizes of EC2's types are the answers of its API DescribeInstanceTypes, which moto collects. Of a type with several
network cards, the VPC CNI uses the default one. RDS runs a class on the EC2 type of the same name. Which types AWS
offers, and for which versions of PostgreSQL, comes from cfn-lint, as in `tools/aws_offers.py`.
"""

import argparse
import csv
import gzip
import importlib.metadata
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import moto.ec2

from components.account.offers import Service, offered, offers
from components.sizing.instance_types import Architecture
from tools.aws_offers import read

Row = Sequence[str | int]
TYPES = Path(str(moto.ec2.__file__)).parent / "resources" / "instance_types.json.gz"
ARCHITECTURES = {"x86_64": Architecture.X86_64, "arm64": Architecture.ARM_64}
LEAST_MEMORY_MIB = 2048
"""Less is used up by what runs on every node."""
ACCELERATORS = ("FpgaInfo", "InferenceAcceleratorInfo", "MediaAcceleratorInfo", "NeuronInfo")
"""Hardware that EKS's AMIs have no drivers for, or only AMIs that the program does not use."""
UNSUPPORTED = ("a1.", "g5g.", "g7.", "hpc")
"""No node has these: AL2023 needs a newer Arm core than A1's, EKS's AMIs have no driver for the GPUs of G5g (AL2023)
and G7, and HPC types are for clusters of another kind."""
SUPPORTED_POSTGRES = ("17.", "18.")
OTHER_NAMES = {"x2g": "x2gd"}
"""EC2 families under another name in RDS."""


@cache
def _types() -> Mapping[str, Any]:
    return json.loads(gzip.decompress(TYPES.read_bytes()))


def _is_node(name: str, facts: Mapping[str, Any]) -> bool:
    if facts.get("Hypervisor") == "xen" or facts["MemoryInfo"]["SizeInMiB"] < LEAST_MEMORY_MIB:
        return False
    if name.startswith(UNSUPPORTED) or any(key in facts for key in ACCELERATORS):
        return False
    return any(architecture in ARCHITECTURES for architecture in facts["ProcessorInfo"]["SupportedArchitectures"])


def nodes() -> Iterator[Row]:
    """Rows of `components/sizing/instance_types.csv`."""
    yield "type", "vcpu", "memoryMib", "interfaces", "addressesPerInterface", "architecture", "gpu"
    for name in sorted(_types().keys() & offered(Service.EC2, None), key=_order):
        facts = _types()[name]
        if not _is_node(name, facts):
            continue
        network = facts["NetworkInfo"]
        yield (
            name,
            facts["VCpuInfo"]["DefaultVCpus"],
            facts["MemoryInfo"]["SizeInMiB"],
            network["NetworkCards"][network["DefaultNetworkCardIndex"]]["MaximumNetworkInterfaces"],
            network["Ipv4AddressesPerInterface"],
            ARCHITECTURES[facts["ProcessorInfo"]["SupportedArchitectures"][-1]],
            int("GpuInfo" in facts),
        )


def _order(name: str) -> tuple[str, int, str]:
    return name.partition(".")[0], _types()[name]["MemoryInfo"]["SizeInMiB"], name


def databases() -> Iterator[Row]:
    """Rows of `components/sizing/database_classes.csv`: classes that run every version that the program accepts."""
    yield "class", "memoryMib"
    patterns = {
        condition["if"]["properties"]["EngineVersion"]["pattern"]: condition["then"]["properties"]["DBInstanceClass"]
        for condition in read("extensions/aws_rds_dbinstance/db_instance_class.json")["allOf"]
        if condition["if"]["properties"]["Engine"]["const"] == "postgres"
    }
    versions = [version for version in offers().postgres_versions if version.startswith(SUPPORTED_POSTGRES)]
    of_all = set[str].intersection(
        *(
            {*classes["enum"]}
            for version in versions
            for pattern, classes in patterns.items()
            if re.match(pattern, version)
        )
    )
    types = {name: _ec2_type(name) for name in of_all & offered(Service.RDS_POSTGRES, None)}
    for name in sorted(types, key=lambda name: _order(types[name])):
        yield name, _types()[types[name]]["MemoryInfo"]["SizeInMiB"]


def _ec2_type(database_class: str) -> str:
    _, family, size = database_class.split(".")
    return f"{OTHER_NAMES.get(family, family)}.{size}"


def write(rows: Iterable[Row]) -> None:
    """Print a table."""
    sources = " and ".join(f"{name} {importlib.metadata.version(name)}" for name in ("moto", "cfn-lint"))
    print(f"# Generated from {sources} by `make offers`. Do not edit.")
    csv.writer(sys.stdout, lineterminator="\n").writerows(rows)


def main() -> None:
    """Print one of the tables."""
    parser = argparse.ArgumentParser(prog="python -m tools.aws_sizes", description=__doc__)
    parser.add_argument("table", choices=["nodes", "databases"])
    write(nodes() if parser.parse_args().table == "nodes" else databases())


if __name__ == "__main__":
    main()
