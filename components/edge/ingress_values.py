"""Variables of `platform-outputs` for Ingress manifests. Pure: no Pulumi.

Settings of the whole load balancer are in the IngressClassParams, where no Ingress can change them. Listen ports and
health checks can be set by annotation only, so the manifests get them from here.
"""

import json
from collections.abc import Mapping, Sequence

from components.config.catalogue import ServiceConfig
from components.config.edge import EdgeConfig

HTTP_PORT, HTTPS_PORT = 80, 443


def ingress_values(edge: EdgeConfig, hosts: Sequence[str], services: Sequence[ServiceConfig]) -> Mapping[str, str]:
    """Hosts, scheme, target type, listen ports, and the health check path of each service behind the load balancer."""
    ports = [{"HTTP": HTTP_PORT}, {"HTTPS": HTTPS_PORT}] if edge.https_redirect else [{"HTTPS": HTTPS_PORT}]
    return {
        "INGRESS_HOSTS": ",".join(hosts),
        "INGRESS_LISTEN_PORTS": json.dumps(ports),
        "INGRESS_SCHEME": "internal" if edge.internal else "internet-facing",
        "INGRESS_TARGET_TYPE": edge.target_type,
        **{
            f"HEALTH_CHECK_PATH_{service.name.upper().replace('-', '_')}": edge.health_check_path or service.health_path
            for service in services
            if service.public and service.port is not None
        },
    }
