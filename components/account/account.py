"""The AWS account as a value: ARNs are built from names that are known, so no ARN is typed by hand."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Account:
    """Account and region of a stack, and the permissions boundary of every role it creates."""

    account_id: str
    region: str
    permissions_boundary_name: str | None = None

    @property
    def permissions_boundary_arn(self) -> str | None:
        """ARN of the permissions boundary, or None if the stack sets none."""
        if self.permissions_boundary_name is None:
            return None
        return f"arn:aws:iam::{self.account_id}:policy/{self.permissions_boundary_name}"

    @property
    def registry_host(self) -> str:
        """Host of the account's image registry in the region."""
        return f"{self.account_id}.dkr.ecr.{self.region}.amazonaws.com"

    def role_arn(self, name: str) -> str:
        """ARN of a role in this account."""
        return f"arn:aws:iam::{self.account_id}:role/{name}"

    def oidc_provider_arn(self, host: str) -> str:
        """ARN of the account's OIDC provider for `host` (the issuer URL without its scheme)."""
        return f"arn:aws:iam::{self.account_id}:oidc-provider/{host}"

    def cluster_arn(self, name: str) -> str:
        """ARN of an EKS cluster in this account."""
        return self.arn("eks", f"cluster/{name}")

    def arn(self, service: str, resource: str) -> str:
        """ARN of a regional resource, for example `arn("ecr", "repository/app")`."""
        return f"arn:aws:{service}:{self.region}:{self.account_id}:{resource}"
