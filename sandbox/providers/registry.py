"""Which class simulates which package."""

from __future__ import annotations

from pathlib import Path

from sandbox.providers.account import Account
from sandbox.providers.aws.package import Aws
from sandbox.providers.eks.package import Eks
from sandbox.providers.kubernetes.package import Kubernetes
from sandbox.providers.package import Package
from sandbox.providers.random_values import RandomValues
from sandbox.providers.schema import Schemas
from sandbox.providers.tls_values import TlsValues


def make_package(name: str, account: Account, cache: Path) -> Package:
    """The simulation of a package. Raises ValueError for one that there is none of."""
    match name:
        case "aws":
            return Aws(account, Schemas(name, cache))
        case "eks":
            return Eks(account)
        case "kubernetes":
            return Kubernetes(account)
        case "random":
            return RandomValues(account, Schemas(name, cache))
        case "tls":
            return TlsValues(account, Schemas(name, cache))
        case _:
            raise ValueError(f"the sandbox simulates aws, eks, kubernetes, random and tls, not {name!r}")
