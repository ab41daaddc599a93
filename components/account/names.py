"""Names that must be fixed because a person or a policy types them: checked for length, never cut."""

LIMITS = {
    "IAM role": 64,
    "EKS cluster": 100,
    "RDS instance": 63,
    "ElastiCache replication group": 40,
    "Kubernetes name": 63,
}


def fixed_name(kind: str, *parts: str) -> str:
    """`parts` joined by hyphens; ValueError when AWS (or Kubernetes) would refuse a name of that length.

    `kind` is a key of `LIMITS`, in characters.
    """
    name = "-".join(parts)
    limit = LIMITS[kind]
    if len(name) > limit:
        raise ValueError(f"{kind} name {name!r} has {len(name)} characters; at most {limit} are allowed")
    return name
