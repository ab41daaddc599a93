"""Where the programs are that the stand starts, and how to get one that is missing."""

import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
BIN = ROOT / ".tools" / "bin"
SHARE = ROOT / ".tools" / "share"

BUILT = (
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
    "kubectl",
    "kwok",
    "redis-server",
    "argocd-repo-server",
    "argocd-application-controller",
    "kustomize",
)
OF_THE_SYSTEM = {
    "git": "git",
    "ip": "iproute2",
    "mount": "mount",
    "openssl": "openssl",
    "unshare": "util-linux",
}
"""Debian's package by the program's name."""


def built(name: str) -> str:
    """Path of a program that `make cluster-tools` makes. LookupError for one that `missing` does not look for."""
    if name not in BUILT:
        raise LookupError(f"{name} is not among the programs that are looked for: add it to BUILT")
    return str(BIN / name)


def missing() -> list[str]:
    """A sentence for each program that is not there."""
    found = [
        f"{name} is not installed: apt-get install {package}"
        for name, package in OF_THE_SYSTEM.items()
        if shutil.which(name) is None
    ]
    without = [name for name in BUILT if not (BIN / name).exists()]
    if without:
        found.append(f"{', '.join(without)} missing in .tools/bin: make cluster-tools")
    return found
