"""Breaks of an environment: quota, limits, identities, network policies."""

from tests.mutants.model import Area, Mutant

FILE = "components/environments/environment.py"
ACCESS = "components/environments/access.py"
POLICIES = "components/environments/network_policies.py"
SUMS = "components/sizing/capacity.py"
WORKLOADS = "components/environments/workloads.py"
ENTRIES = "components/config/environments.py"
STORES = "components/config/extra_workloads.py"

ENVIRONMENT = Area(
    "environment",
    ("unit/environments/test_environment.py", "unit/environments/test_access.py", "unit/environments/test_sizes.py"),
    (
        Mutant(
            "a namespace has no LimitRange",
            FILE,
            "        yield k8s.core.v1.LimitRange(",
            "        _ = lambda: k8s.core.v1.LimitRange(",
        ),
        Mutant(
            "a namespace has no quota",
            FILE,
            "        yield k8s.core.v1.ResourceQuota(",
            "        _ = lambda: k8s.core.v1.ResourceQuota(",
        ),
        Mutant(
            "anything in the catalogue's size can be exceeded",
            FILE,
            "        max=size(max(pod.cpu_limit for pod in pods), max(pod.memory_limit for pod in pods)),\n",
            "",
        ),
        Mutant(
            "deployers delete deployments",
            ACCESS,
            'verbs=["get", "list", "patch", "update"]',
            'verbs=["delete", "get", "list", "patch", "update"]',
        ),
        Mutant(
            "deployers read Secrets",
            ACCESS,
            'api_groups=["apps"], resources=["deployments"]',
            'api_groups=["", "apps"], resources=["deployments", "secrets"]',
        ),
        Mutant(
            "everybody is a deployer",
            ACCESS,
            "group=DEPLOYERS_GROUP",
            'group="system:authenticated"',
        ),
        Mutant(
            "the smoke test asks every Service of the namespace",
            ACCESS,
            "resource_names=proxied, ",
            "",
        ),
        Mutant(
            "the smoke test posts to services",
            ACCESS,
            'resource_names=proxied, verbs=["get"]',
            'resource_names=proxied, verbs=["create", "get"]',
        ),
        Mutant(
            "the smoke test sees every Application",
            ACCESS,
            "resource_names=applications, ",
            "",
        ),
        Mutant(
            "the account `default` gets a token in every pod",
            FILE,
            'name="default", namespace=self.namespace),\n            automount_service_account_token=False,',
            'name="default", namespace=self.namespace),\n            automount_service_account_token=True,',
        ),
        Mutant(
            "services get a token of the API server",
            FILE,
            "self._metadata(workload.service.short_name),\n                automount_service_account_token=False,",
            "self._metadata(workload.service.short_name),\n                automount_service_account_token=True,",
        ),
        Mutant(
            "the stack file's variables are dropped",
            FILE,
            "data={**args.settings.variables, **args.values},",
            "data={**args.values},",
        ),
        Mutant(
            "the platform's endpoints do not reach the services",
            FILE,
            "data={**args.settings.variables, **args.values},",
            "data={**args.settings.variables},",
        ),
        Mutant("the stack file overwrites an endpoint silently", FILE, "        if twice:\n", "        if not args:\n"),
        Mutant(
            "pods may be privileged",
            FILE,
            '"enforce": args.settings.pod_security,',
            '"enforce": PodSecurity.BASELINE,',
        ),
        Mutant(
            "anybody orders a load balancer",
            FILE,
            '        "services.loadbalancers": quantities.count(objects.load_balancers),\n',
            "",
        ),
        Mutant(
            "an object of the environment has no parent",
            FILE,
            "            data={**args.settings.variables, **args.values},\n            opts=child,\n",
            "            data={**args.settings.variables, **args.values},\n",
        ),
        Mutant(
            "pods start before their network policies",
            FILE,
            "            *self._network_policies(name, args, child),\n",
            "            *list(self._network_policies(name, args, child))[:0],\n",
        ),
    ),
)

QUOTA = Area(
    "quota",
    ("unit/sizing/test_capacity.py", "unit/environments/test_sizes.py", "unit/environments/test_workloads.py"),
    (
        Mutant("the quota is below a rolling update", SUMS, "ROLLING_FACTOR = 2", "ROLLING_FACTOR = 1"),
        Mutant(
            "the quota has no headroom",
            "components/sizing/quantities.py",
            "value * (100 + percent) / 100 / step",
            "value / step",
        ),
        Mutant(
            "memory requests have the room of CPU requests only",
            SUMS,
            "quantities.with_headroom(load.memory_request, headroom_percent, MEMORY_STEP)\n        ),",
            "quantities.with_headroom(load.memory_request, 0, MEMORY_STEP)\n        ),",
        ),
        Mutant(
            "the quota counts no pods",
            SUMS,
            '        "pods": quantities.count(quantities.with_headroom(load.pods, headroom_percent, POD_STEP)),\n',
            "",
        ),
        Mutant(
            "an autoscaler outgrows the quota",
            WORKLOADS,
            "pods=self.max_replicas * self.copies,",
            "pods=self.replicas * self.copies,",
        ),
        Mutant(
            "a service's own resources are ignored",
            WORKLOADS,
            "service.resources.get(name) or classes.get(name)",
            "classes.get(name) or service.resources.get(name)",
        ),
        Mutant(
            "the kubelet's reserve is counted as free",
            SUMS,
            "memory=usable - (255 + 11 * pods) - EVICTION_MIB,",
            "memory=usable,",
        ),
        Mutant(
            "DaemonSets are counted once instead of on every node",
            SUMS,
            "self.pods * nodes if self.per_node else self.pods",
            "self.pods",
        ),
        Mutant(
            "a pod that finds no node is not seen",
            SUMS,
            "    return pending == 0\n",
            "    return True\n",
        ),
    ),
)

NETWORK_POLICIES = Area(
    "network policies",
    ("unit/environments/test_network_policies.py",),
    (
        Mutant(
            "nothing is denied by default",
            POLICIES,
            '        DEFAULT_DENY: {"pod_selector": {}, "policy_types": ["Ingress", "Egress"]},\n',
            "",
        ),
        Mutant(
            "egress is open by default",
            POLICIES,
            'DEFAULT_DENY: {"pod_selector": {}, "policy_types": ["Ingress", "Egress"]},',
            'DEFAULT_DENY: {"pod_selector": {}, "policy_types": ["Ingress"]},',
        ),
        Mutant(
            "every service may call every service",
            POLICIES,
            "if service.name in caller.calls)",
            "if caller.name)",
        ),
        Mutant(
            "a rule without peers lets everybody in",
            POLICIES,
            '"ports": [_tcp(service.port)]}] if peers else []',
            '"ports": [_tcp(service.port)]}]',
        ),
        Mutant(
            "private services stand behind the load balancer",
            POLICIES,
            "around.ingress_cidrs if service.public else ()",
            "around.ingress_cidrs",
        ),
        Mutant(
            "the control plane's subnets reach a database in the namespace",
            POLICIES,
            "if service.name not in around.stores:",
            "if service.name:",
        ),
        Mutant(
            "pods reach the node's credentials and every private network",
            POLICIES,
            '"except_": list(NOT_THE_INTERNET)',
            '"except_": []',
        ),
        Mutant(
            "services without a database reach it",
            POLICIES,
            "[service.name for service in services if service.database is not None]",
            "[service.name for service in services]",
        ),
        Mutant(
            "pods ask any pod for names",
            POLICIES,
            '        "pod_selector": {"match_labels": {"k8s-app": "kube-dns"}},\n',
            "",
        ),
    ),
)

BESIDE = Area(
    "beside the catalogue",
    ("systems/test_beside_catalogue.py",),
    (
        Mutant(
            "a local database counts in no quota",
            ENTRIES,
            "for store in stores if store is not None",
            "for store in stores[:0] if store is not None",
        ),
        Mutant(
            "a local front end counts in no quota",
            ENTRIES,
            "if store is not None), *self.extras)",
            "if store is not None),)",
        ),
        Mutant(
            "several pods beside the catalogue count as one", WORKLOADS, "max_replicas=extra.pods,", "max_replicas=1,"
        ),
        Mutant(
            "a local store is open to node ports that nobody asked for",
            STORES,
            "resources=self.resources, public=self.public",
            "resources=self.resources, public=True",
        ),
        Mutant("a local front end is scraped", STORES, '"metricsPath": None,', '"metricsPath": "/metrics",'),
    ),
)
