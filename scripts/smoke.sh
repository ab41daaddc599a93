#!/usr/bin/env bash
# Says whether an environment is well: `scripts/smoke.sh --application NAME [--revision SHA]`; `--help` has the rest.
#
# It reads, and makes nothing: the Application, the namespace's pods, and the services through the API server's proxy,
# which is all that the Role smoke-test allows. Needs bash 4.4, kubectl and a kubeconfig; docs/smoke-test.md.
set -euo pipefail

if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then
    echo "smoke: bash 4.4 or newer is needed, this is $BASH_VERSION" >&2
    exit 2
fi

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
application="" namespace="" argocd_namespace=argocd wanted_revision="" image_tag="" service_list="" topic_list=""
timeout=300 interval=2 context="" json=false

usage() {
    cat <<'TEXT'
Usage: scripts/smoke.sh --application NAME [OPTION]...

Waits until Argo CD has synced the Application and every pod is ready, then asks /health and /metrics of each service.

  --application NAME        Argo CD's Application
  --revision SHA            the commit that must be in, whole or from 7 digits on (default: the one Argo CD is at)
  --image-tag TAG           the tag that every pod must run (default: not looked at)
  --namespace NAME          where the services are (default: the Application's destination)
  --argocd-namespace NAME   where the Application is (default: argocd)
  --services A,B            the services to ask (default: those that the Application's annotation platform/services lists)
  --kafka-topics A,B        topics that must be among the Application's KafkaTopics
  --timeout SECONDS         the longest wait for sync and pods (default: 300)
  --interval SECONDS        between two looks (default: 2)
  --context NAME            a context of the kubeconfig (default: the current one)
  --json                    one JSON object on stdout, the lines for people on stderr
  --help                    this text

Status: 0 all is well, 1 a check failed, 2 nothing could be checked (a wrong option, no kubectl).
TEXT
}

# shellcheck source=scripts/smoke/report.sh
source "$here/smoke/report.sh"
# shellcheck source=scripts/smoke/kubectl.sh
source "$here/smoke/kubectl.sh"
# shellcheck source=scripts/smoke/application.sh
source "$here/smoke/application.sh"
# shellcheck source=scripts/smoke/pods.sh
source "$here/smoke/pods.sh"
# shellcheck source=scripts/smoke/metrics.sh
source "$here/smoke/metrics.sh"
# shellcheck source=scripts/smoke/http.sh
source "$here/smoke/http.sh"
# shellcheck source=scripts/smoke/stores.sh
source "$here/smoke/stores.sh"

# seconds OPTION VALUE: into $REPLY, a whole number of seconds above zero. Read as decimal: bash takes 010 for 8.
seconds() {
    form "$1" "$2" '[0-9]{1,5}' "a number of seconds"
    REPLY=$((10#$2))
    ((REPLY > 0)) || fail "$1 '$2' is not above zero."
}

# form OPTION VALUE REGEX WHAT: refuses a value that cannot be meant.
form() {
    [[ "$2" =~ ^($3)$ ]] || fail "$1 '$2' is not $4."
}

read_options() {
    local name='[a-z0-9]([-a-z0-9.]*[a-z0-9])?' names
    names="$name(,$name)*"
    while (($# > 0)); do
        case "$1" in
            --help) usage && exit 0 ;;
            --json)
                json=true
                shift
                continue
                ;;
            --*=*) set -- "${1%%=*}" "${1#*=}" "${@:2}" ;;
        esac
        [[ "$1" == --* ]] || fail "'$1' is not an option. 'scripts/smoke.sh --help' lists them."
        (($# > 1)) || fail "$1 has no value. 'scripts/smoke.sh --help' lists the options."
        case "$1" in
            --application) form "$1" "$2" "$name" "a name" && application="$2" ;;
            --revision) form "$1" "$2" '[0-9a-f]{7,64}' "a commit: 7 to 64 digits and letters a to f" && wanted_revision="$2" ;;
            --image-tag) form "$1" "$2" '[A-Za-z0-9_][-A-Za-z0-9_.]*' "an image's tag" && image_tag="$2" ;;
            --namespace) form "$1" "$2" "$name" "a name" && namespace="$2" ;;
            --argocd-namespace) form "$1" "$2" "$name" "a name" && argocd_namespace="$2" ;;
            --services) form "$1" "$2" "$names" "a list of names: a,b" && service_list="$2" ;;
            --kafka-topics) form "$1" "$2" "$names" "a list of names: a,b" && topic_list="$2" ;;
            --timeout) seconds "$1" "$2" && timeout="$REPLY" ;;
            --interval) form "$1" "$2" '[0-9]{1,4}(\.[0-9]+)?' "a number of seconds" && interval="$2" ;;
            --context) context="$2" ;;
            *) fail "there is no option $1. 'scripts/smoke.sh --help' lists them." ;;
        esac
        shift 2
    done
    [[ -n "$application" ]] || fail "--application is missing: the name of Argo CD's Application."
}

# cannot_read WHAT NAME: reports that kubectl was refused. The check's name is WHAT.
cannot_read() {
    local look="kubectl auth can-i --list --namespace=$3"
    case "$refusal" in
        Forbidden) missing_right && report failed "$1" "$2" Forbidden "$REPLY" "$look" ;;
        NotFound) report failed "$1" "$2" NotFound "there is no such Application in namespace $3: $complaint" \
            "kubectl --namespace=$3 get applications.argoproj.io" ;;
        Misconfigured) report failed "$1" "$2" Misconfigured "kubectl cannot use its configuration: $complaint" \
            "kubectl config view" ;;
        *) report failed "$1" "$2" "$refusal" "the API server did not answer: $complaint" "kubectl cluster-info" ;;
    esac
}

# look: reads everything once. $well says whether it is as it should be, $over whether waiting has no sense.
look() {
    well=false over=false unread=""
    if ! read_application; then
        unread=sync
    else
        namespace="${namespace:-$app_destination}"
        judge_application
        if ! read_pods; then unread=pods; fi
    fi
    if [[ -n "$unread" ]]; then
        # An API server that does not answer may do so in a moment; a right or a context that is missing stays missing.
        if [[ "$refusal" != Unreachable ]]; then over=true; fi
    elif "$sync_final"; then
        over=true
    elif [[ -z "$sync_reason" ]] && pods_are_well; then
        well=true
    elif [[ -z "$sync_reason" ]] && something_is_left_out; then
        # The commit is in, and it has no such workload.
        over=true
    fi
}

# wait_for_all: until two looks in a row find the same end, or the time is over. One alone may be from between two
# states: Argo CD learns of a Deployment's new pods a moment after it has applied it.
wait_for_all() {
    local same=0 before="" now shown=""
    while true; do
        look
        now="$well $over"
        if [[ "$now" == "$before" && "$now" != "false false" ]]; then same=1; fi
        if ((same == 1 || SECONDS >= timeout)); then return 0; fi
        before="$now"
        one_line "${unread:+$complaint}${sync_message:-${pods_reason:+$pods_reason: $pods_message}}"
        if [[ -n "$REPLY" && "$REPLY" != "$shown" ]]; then
            printf 'wait  %3d s    %s\n' "$SECONDS" "$REPLY" >&2
            shown="$REPLY"
        fi
        sleep "$interval"
    done
}

main() {
    read_options "$@"
    command -v kubectl >/dev/null || fail "kubectl is needed and not on the PATH: https://kubernetes.io/docs/tasks/tools/"
    work="$(mktemp -d)"
    trap 'rm -rf "$work"' EXIT
    wait_for_all
    case "$unread" in
        sync) cannot_read sync "$application" "$argocd_namespace" ;;
        pods) report_application && cannot_read pods "$namespace" "$namespace" ;;
        *)
            report_application
            case "$sync_reason" in
                SyncRefused | OtherRevision | Syncing | OutOfSync)
                    report skipped pods "$application" NotSynced "nothing else is asked: the commit is not in" ;;
                *)
                    report_pods
                    check_services
                    check_redis
                    check_kafka
                    ;;
            esac
            ;;
    esac
    finish
}

main "$@"
