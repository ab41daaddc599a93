"""Breaks of Argo CD and of what it syncs."""

from tests.mutants.model import Area, Mutant

FILE = "components/argocd/installation.py"
VALUES = "components/argocd/values.py"
POLICIES = "components/argocd/network_policies.py"
SYNCS = "components/argocd/applications.py"
SPECS = "components/argocd/specs.py"
PROJECT = "components/config/argocd_project.py"

ARGOCD = Area(
    "Argo CD",
    ("unit/argocd/test_installation.py",),
    (
        Mutant(
            "the project `default` allows everything",
            FILE,
            "self._empty_default_project(name, namespace)",
            "pass",
        ),
        Mutant("the project `default` takes any repository", FILE, '"sourceRepos": [],', '"sourceRepos": ["*"],'),
        Mutant(
            "the patch of the project `default` ends in a conflict",
            FILE,
            'annotations={"pulumi.com/patchForce": "true"},',
            "",
        ),
        Mutant("Argo CD's pods start before its network policies", FILE, "depends_on=list(guards)", "depends_on=[]"),
        Mutant("Argo CD's chart is the newest", FILE, "version=args.settings.chart_version,", ""),
        Mutant("an installation that fails stays half done", FILE, "atomic=True,", "atomic=False,"),
        Mutant("Argo CD's pods may be privileged", FILE, 'POD_SECURITY = "restricted"', 'POD_SECURITY = "privileged"'),
        Mutant(
            "Argo CD's quota does not hold its own update",
            FILE,
            "capacity.rolling_peak(argocd_pods(settings))",
            "capacity.total(argocd_pods(settings))",
        ),
        Mutant(
            "the release has no parent",
            FILE,
            "pulumi.ResourceOptions(parent=self, depends_on=list(guards))",
            "pulumi.ResourceOptions(depends_on=list(guards))",
        ),
    ),
)

ARGOCD_VALUES = Area(
    "Argo CD's values",
    ("unit/argocd/test_values.py",),
    (
        Mutant("Argo CD opens shells in pods", VALUES, '"exec.enabled": False,', '"exec.enabled": True,'),
        Mutant(
            "the built-in administrator stays on",
            VALUES,
            '"admin.enabled": settings.admin_enabled,',
            '"admin.enabled": True,',
        ),
        Mutant(
            "Argo CD lets anonymous users in",
            VALUES,
            '"users.anonymous.enabled": False,',
            '"users.anonymous.enabled": True,',
        ),
        Mutant(
            "everybody who signs in administers Argo CD",
            VALUES,
            '"policy.default": "",',
            '"policy.default": "role:admin",',
        ),
        Mutant(
            "the chart's network policies let everybody in",
            VALUES,
            '"networkPolicy": {"create": False},',
            '"networkPolicy": {"create": True},',
        ),
        Mutant("passwords travel in the clear", VALUES, '"server.insecure": False,', '"server.insecure": True,'),
        Mutant(
            "removing the release removes every Application",
            VALUES,
            '"crds": {"install": True, "keep": True},',
            '"crds": {"install": True, "keep": False},',
        ),
        Mutant(
            "Argo CD's containers have no resources",
            VALUES,
            'return {"metrics": {"enabled": True}, "resources": size.resources}',
            'return {"metrics": {"enabled": True}, "resources": {}}',
        ),
        Mutant(
            "Argo CD runs whatever version the chart has",
            VALUES,
            '"image": {"tag": settings.image_tag},',
            '"image": {"tag": ""},',
        ),
    ),
)

ARGOCD_POLICIES = Area(
    "Argo CD's network policies",
    ("unit/argocd/test_network_policies.py",),
    (
        Mutant(
            "everybody talks to the repo-server",
            POLICIES,
            "Opening(peers=[_pods(client) for client in REPO_SERVER_CLIENTS], ports=(REPO_SERVER,)),",
            "Opening(peers=[], ports=(REPO_SERVER,)),",
        ),
        Mutant(
            "everybody reads the cache of manifests",
            POLICIES,
            "return Opening(peers=[_pods(client) for client in REDIS_CLIENTS], ports=(REDIS,))",
            "return Opening(peers=[], ports=(REDIS,))",
        ),
        Mutant("Argo CD reaches the node's credentials", POLICIES, '"except_": [METADATA_SERVICE]', '"except_": []'),
        Mutant(
            "Argo CD's policies close one direction only",
            POLICIES,
            '"policy_types": ["Ingress", "Egress"],',
            '"policy_types": ["Ingress"],',
        ),
        Mutant(
            "the user interface is open without an address",
            POLICIES,
            "if settings.has_address else []",
            "if networks else []",
        ),
    ),
)

GITOPS = Area(
    "GitOps",
    ("unit/argocd/test_applications.py", "unit/argocd/test_services_annotation.py"),
    (
        Mutant(
            "an Application does not say which services it must bring",
            SYNCS,
            "annotations |= services_annotation(application.services)",
            "annotations |= services_annotation(())",
        ),
        Mutant(
            "a root of Applications is to bring the services itself",
            SYNCS,
            "if settings.delivery is Delivery.APPLICATION:",
            "if settings.delivery is not Delivery.APPLICATION_SET:",
        ),
        Mutant("an Application syncs another path", SPECS, '"path": settings.path,', '"path": "k8s/infrastructure",'),
        Mutant(
            "an Application follows HEAD",
            SPECS,
            '"targetRevision": settings.revision,',
            '"targetRevision": "HEAD",',
        ),
        Mutant(
            "an Application syncs into another namespace",
            SPECS,
            '"destination": scope.destination(settings.namespace),',
            '"destination": scope.destination(settings.name),',
        ),
        Mutant(
            "Argo CD makes the namespace as well",
            SPECS,
            '"PruneLast=true": sync.prune_last,',
            '"PruneLast=true": sync.prune_last, "CreateNamespace=true": True,',
        ),
        Mutant("what Git drops stays", SPECS, '"prune": sync.prune,', '"prune": False,'),
        Mutant("edits by hand stay", SPECS, '"selfHeal": sync.self_heal', '"selfHeal": False'),
        Mutant("a retry repeats the revision that failed", SPECS, '            "refresh": True,\n', ""),
        Mutant(
            "Argo CD syncs any repository",
            SPECS,
            '"sourceRepos": [scope.repository_url, *allowed.source_repositories],',
            '"sourceRepos": ["*"],',
        ),
        Mutant(
            "Git reaches every namespace",
            SPECS,
            '"destinations": [scope.destination(found.namespace) for',
            '"destinations": [scope.destination("*") for',
        ),
        Mutant(
            "Git changes objects of the whole cluster",
            SPECS,
            '"clusterResourceWhitelist": [_cluster_resource(found) for found in allowed.cluster_resources],',
            '"clusterResourceWhitelist": [{"group": "*", "kind": "*"}],',
        ),
        Mutant("Git raises its own quota", PROJECT, '    ("", "ResourceQuota"),\n', ""),
        Mutant("Git opens the network policies", PROJECT, '    ("networking.k8s.io", "NetworkPolicy"),\n', ""),
        Mutant(
            "an Application belongs to the project `default`",
            SPECS,
            '"project": scope.project,',
            '"project": "default",',
        ),
        Mutant(
            "an Application outlives its project",
            SYNCS,
            "            [project, *application.after],\n",
            "            [*application.after],\n",
        ),
        Mutant(
            "an Application starts pods before the namespace has its policies",
            SYNCS,
            "            [project, *application.after],\n",
            "            [project],\n",
        ),
        Mutant(
            "a deleted Application leaves its workload running",
            SYNCS,
            ", finalizers=[FINALIZER], annotations",
            ", annotations",
        ),
        Mutant(
            "the project is made before Argo CD knows projects",
            SYNCS,
            "            [args.argocd],\n",
            "            [],\n",
        ),
        Mutant(
            "Argo CD fights the autoscaler",
            SPECS,
            'spec["ignoreDifferences"] = _owned_by_an_autoscaler(settings)',
            "pass",
        ),
        Mutant(
            "developers delete Applications",
            SPECS,
            '("applications, get", "applications, sync", *look),',
            '("applications, get", "applications, *", *look),',
        ),
    ),
)
