"""What a URN says about its resource. It imports nothing, as sandbox/values.py."""


def short(type_: str) -> str:
    """`aws:ec2:Vpc` for `aws:ec2/vpc:Vpc`, as the engine writes it."""
    package, _, rest = type_.partition(":")
    module, _, name = rest.rpartition(":")
    if package == "kubernetes":  # its modules are API groups: kubernetes:external-secrets.io/v1:ExternalSecret
        return type_
    return ":".join(filter(None, (package, module.split("/")[0], name)))


def kind(urn: str) -> str:
    """The resource's type, without its parents'."""
    return urn.split("::")[2].rpartition("$")[2]


def name(urn: str) -> str:
    """The resource's name in the program."""
    return urn.rsplit("::", 1)[-1]
