"""Names that must be fixed because people type them or policies contain them: checked for length, never truncated."""

MAX_LENGTHS = {
    "IAM role": 64,
    "EKS cluster": 100,
    "RDS instance": 63,
    "ElastiCache replication group": 40,
    "Kubernetes name": 63,
}


def fixed_name(kind: str, *parts: str) -> str:
    """`parts` joined by hyphens; ValueError if the name is too long for AWS or Kubernetes.

    `kind` is a key of `MAX_LENGTHS` (characters).
    """
    name = "-".join(parts)
    limit = MAX_LENGTHS[kind]
    if len(name) > limit:
        raise ValueError(f"{kind} name {name!r} has {len(name)} characters; at most {limit} are allowed")
    return name
