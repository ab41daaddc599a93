"""The eks package: components only."""

from __future__ import annotations

from pulumi.runtime.proto import provider_pb2

from sandbox.providers.account import Account
from sandbox.providers.eks.cluster import construct_cluster
from sandbox.providers.package import Package

_CLUSTER = "eks:index:Cluster"


class Eks(Package):
    """eks:index:*."""

    def __init__(self, account: Account) -> None:
        super().__init__("eks", account)

    def construct(self, request: provider_pb2.ConstructRequest) -> provider_pb2.ConstructResponse:
        """Register a cluster; the package's other components are refused."""
        return construct_cluster(request) if request.type == _CLUSTER else super().construct(request)
