"""Whether a service of the catalogue can be called: a Service selects its pods alone and forwards to the open port."""

from collections.abc import Iterator, Mapping, Sequence

from components.config.catalogue import ServiceConfig
from tests.reachability.model import End
from tools.manifests.model import Object, at, items, of_kind
from tools.manifests.rules import service_faults


def service_findings(
    services: Sequence[ServiceConfig], pods: Mapping[str, End], objects: Sequence[Object]
) -> Iterator[str]:
    """Yield each fault that prevents calls to a service of the catalogue through its Service."""
    doors = of_kind(objects, "Service")
    for service in services:
        door, pod = doors.get(service.name), pods.get(service.name)
        if service.port is None:
            continue
        if door is None or pod is None:
            yield f"{service.name}: there is no {'Service' if door is None else 'Deployment'} of that name"
            continue
        for fault in service_faults(door, objects):
            yield f"Service {service.name}: {fault}"
        wanted = service.service_port or service.port
        ports = [port for port in items(door, "spec", "ports") if at(port, "port") == wanted]
        if not ports:
            yield f"Service {service.name}: callers use port {wanted}, which it does not have"
        for port in ports:
            target = at(port, "targetPort") or wanted
            number = pod.ports.get(target) if isinstance(target, str) else target
            if number != service.port:
                yield f"Service {service.name}: port {wanted} leads to {number}, the policies open {service.port}"
