"""The class that simulates each package."""

from __future__ import annotations

from pathlib import Path

from sandbox.providers.account import Account
from sandbox.providers.aws.package import Aws
from sandbox.providers.aws.schemas.judge import Judge
from sandbox.providers.client import ApiServer
from sandbox.providers.eks.package import Eks
from sandbox.providers.kubernetes.package import Kubernetes
from sandbox.providers.package import Package
from sandbox.providers.random_values import RandomValues
from sandbox.providers.schema import Schemas
from sandbox.providers.tls_values import TlsValues


def make_package(
    name: str, account: Account, cache: Path, api_server: ApiServer | None = None, address: str | None = None
) -> Package:
    """The simulation of a package; ValueError for an unknown one.

    `api_server` is what EKS clusters answer with, `address` that of the machine that runs Pulumi.
    """
    match name:
        case "aws":
            return Aws(account, Schemas(name, cache), Judge(cache), api_server, address)
        case "eks":
            return Eks(account)
        case "kubernetes":
            return Kubernetes(account, address)
        case "random":
            return RandomValues(account, Schemas(name, cache))
        case "tls":
            return TlsValues(account, Schemas(name, cache))
        case _:
            raise ValueError(f"the sandbox simulates aws, eks, kubernetes, random and tls, not {name!r}")
