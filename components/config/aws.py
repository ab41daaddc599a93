"""The AWS account and region of a stack."""

from pydantic import Field

from components.account.account import Account
from components.config.base import Section
from components.config.types import AccountId, IamName, Region


class AwsConfig(Section):
    """The account that the stack deploys to. The provider refuses to work in any other."""

    account_id: AccountId = Field(description="AWS account id, in quotes.")
    region: Region = Field(description="AWS region.")
    permissions_boundary: IamName | None = Field(
        default=None,
        description="Name of an IAM policy in the account, `boundary-<system>-<stage>`: the permissions boundary of "
        "every role that the stack creates. Required with `ci.deployRole`, which could otherwise create an "
        "administrator.",
    )

    @property
    def account(self) -> Account:
        """The account as the components use it."""
        return Account(
            account_id=self.account_id, region=self.region, permissions_boundary_name=self.permissions_boundary
        )
