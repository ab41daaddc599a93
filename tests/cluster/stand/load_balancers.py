"""Load balancers for Ingresses of the class `alb`: an address, as AWS's controller writes it."""

from tests.cluster.stand.api import Api
from tests.cluster.stand.polling import Poller

CLASS = "alb"
GROUP_VERSION = "/apis/networking.k8s.io/v1"


def load_balancers(api: Api) -> Poller:
    """The controller, running from `start` to `stop`."""

    def give_addresses() -> None:
        for ingress in api.items(f"{GROUP_VERSION}/ingresses"):
            metadata = ingress["metadata"]
            if ingress["spec"].get("ingressClassName") == CLASS and not ingress["status"]["loadBalancer"]:
                path = f"{GROUP_VERSION}/namespaces/{metadata['namespace']}/ingresses/{metadata['name']}/status"
                address = [{"hostname": f"{metadata['name']}.elb.amazonaws.com"}]
                api.patch(path, {"status": {"loadBalancer": {"ingress": address}}})

    return Poller(give_addresses)
