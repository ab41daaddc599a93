"""Settings that depend on a node's operating system: AMI type, volumes, and user data with the kubelet's pod limit.

All other kubelet settings keep the defaults of EKS's AMIs. Sources: EKS API, `AMITypes`; nodeadm's NodeConfig;
Bottlerocket's `settings.kubernetes`.
"""

import base64

from components.config.types import AmiFamily
from components.sizing.instance_types import INSTANCE_TYPES

_BOUNDARY = "//"
_NODE_CONFIG = """\
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="{boundary}"

--{boundary}
Content-Type: application/node.eks.aws

---
apiVersion: node.eks.aws/v1alpha1
kind: NodeConfig
spec:
  kubelet:
    config:
      maxPods: {max_pods}

--{boundary}--
"""
_BOTTLEROCKET = """\
[settings.kubernetes]
max-pods = {max_pods}
"""


def ami_type(family: AmiFamily, instance_type: str) -> str:
    """EKS AMI type of an operating system on an instance type, for example `AL2023_x86_64_STANDARD`."""
    specs = INSTANCE_TYPES[instance_type]
    suffix = "_NVIDIA" if specs.has_gpu else "_STANDARD" if family is AmiFamily.AL2023 else ""
    return f"{family}_{specs.architecture}{suffix}"


def volumes(family: AmiFamily, disk_gib: int) -> dict[str, int | None]:
    """Sizes in GiB by device name; None keeps the AMI's size. Bottlerocket has separate system and data volumes."""
    if family is AmiFamily.BOTTLEROCKET:
        return {"/dev/xvda": None, "/dev/xvdb": disk_gib}
    return {"/dev/xvda": disk_gib}


def user_data(family: AmiFamily, max_pods: int) -> str:
    """Base64-encoded user data that sets the kubelet's maximum to `max_pods`; EKS adds the rest of the bootstrap."""
    template = _BOTTLEROCKET if family is AmiFamily.BOTTLEROCKET else _NODE_CONFIG
    return base64.b64encode(template.format(boundary=_BOUNDARY, max_pods=max_pods).encode()).decode()
