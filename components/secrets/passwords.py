"""Passwords that are part of a URL."""

import pulumi
import pulumi_random as random


def url_safe_password(name: str, length: int, opts: pulumi.ResourceOptions) -> pulumi.Output[str]:
    """A generated password of letters and digits only, with at least one lower-case and upper-case letter and digit."""
    return random.RandomPassword(
        name, length=length, special=False, min_lower=1, min_upper=1, min_numeric=1, opts=opts
    ).result
