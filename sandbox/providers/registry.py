"""The class that simulates each package."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sandbox.providers.account import Account
from sandbox.providers.aws.package import Aws
from sandbox.providers.aws.schemas.judge import Judge
from sandbox.providers.eks.package import Eks
from sandbox.providers.kubernetes.package import Kubernetes
from sandbox.providers.package import Package
from sandbox.providers.random_values import RandomValues
from sandbox.providers.schema import Schemas
from sandbox.providers.tls_values import TlsValues


@dataclass(frozen=True, kw_only=True)
class Live:
    """A real API server for the objects of the kubernetes package."""

    kubeconfig: Path
    charts: Path | None
    """Folder with the rendered manifests of charts."""
    timeout: float
    """Seconds to wait for an object without a timeout of its own."""


def make_package(name: str, account: Account, cache: Path, live: Live | None = None) -> Package:
    """The simulation of a package. ValueError for a package that is not simulated, and for an invalid kubeconfig."""
    match name:
        case "aws":
            return Aws(account, Schemas(name, cache), Judge(cache))
        case "eks":
            return Eks(account)
        case "kubernetes":
            return Kubernetes(account) if live is None else _on_api_server(account, live)
        case "random":
            return RandomValues(account, Schemas(name, cache))
        case "tls":
            return TlsValues(account, Schemas(name, cache))
        case _:
            raise ValueError(f"the sandbox simulates aws, eks, kubernetes, random and tls, not {name!r}")


def _on_api_server(account: Account, live: Live) -> Package:
    # Imported here because the client takes a quarter of a second to load.
    from sandbox.providers.kubernetes.api import Api  # noqa: PLC0415
    from sandbox.providers.kubernetes.live import LiveKubernetes  # noqa: PLC0415
    from sandbox.providers.kubernetes.objects import Objects  # noqa: PLC0415

    return LiveKubernetes(account, Objects(Api(live.kubeconfig), live.timeout), live.charts)
