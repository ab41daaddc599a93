# shellcheck shell=bash
# Asks the services over HTTP, through the API server's proxy: no pod is made, so the quota does not matter.
#
# Which services and paths, the catalogue says: the program writes them on the Application. Without that, paths come from
# the pods: the probes' for /health, prometheus.io/path for /metrics. Wants $namespace, $service_list, $catalogue.

readonly TRIES=3
readonly PORT_NAME=http
asked=0

# first_line_of_body: into $REPLY, the beginning of what the service answered, as kubectl logged it.
first_line_of_body() {
    local line text=""
    while IFS= read -r line; do
        case "$line" in
            *'"Response Body" body=<') IFS=$'\t' read -r text || true ;;
            *'"Response Body" body="'*) unquoted "${line#*body=}" && text="$REPLY" ;;
            *"Response Body: "*) text="${line#*Response Body: }" ;;
            *) continue ;;
        esac
        break
    done <"$work/said"
    REPLY="${text:0:160}"
}

# judge_answer: from what kubectl said, $http_reason and $http_message.
judge_answer() {
    local code
    code="$(sed -n 's/^ *"code": \([0-9]*\).*/\1/p' "$work/said" | tail -n 1)"
    case "$complaint" in
        *"is forbidden: User"*) missing_right && http_reason=Forbidden http_message="$REPLY" ;;
        *"no endpoints available"*)
            http_reason=NoEndpoints http_message="no ready pod stands behind the Service: its selector matches none" ;;
        *"error trying to reach service"*)
            http_reason=Unreachable http_message="nothing answers at the pod: ${complaint#*reach service: }" ;;
        *"no service port"* | *'services "'*) http_reason=NoService http_message="${complaint#*): }" ;;
        *)
            if [[ -z "$code" ]]; then
                http_reason=NoAnswer http_message="no answer within $REQUEST_TIMEOUT s: $complaint"
            else
                first_line_of_body
                http_reason=HttpStatus http_message="HTTP $code, and says: ${REPLY:-nothing}"
            fi
            ;;
    esac
}

# judge_success: kubectl takes every 2xx for an answer, and follows a redirection; here 200 alone counts. 1 for others.
judge_success() {
    local status
    status="$(sed -nE 's/^I[0-9]{4} [^]]*\] ("Response" (verb="[A-Z]*" url="[^"]*" )?status="|Response Status: )([0-9]{3}).*/\3/p' \
        "$work/said" | sed -n -e '/^3/{p;q;}' -e '$p')"
    if [[ "$status" == 200 ]]; then return 0; fi
    http_reason=HttpStatus http_message="HTTP ${status:-2xx, and kubectl does not say which}, not 200"
    return 1
}

# fetch SERVICE PATH: the body into $work/body, or $http_reason and $http_message.
# What a service says counts at once; what says that nobody is there may be a moment behind the pods.
fetch() {
    local try
    for ((try = 1; ; try++)); do
        http_reason="" http_message=""
        if ask "$work/body" get --raw "/api/v1/namespaces/$namespace/services/$1:$PORT_NAME/proxy$2" -v=8; then
            judge_success
            return
        fi
        judge_answer
        case "$http_reason" in
            NoEndpoints | Unreachable | NoAnswer) ((try < TRIES)) || return 1 ;;
            *) return 1 ;;
        esac
        sleep "$interval"
    done
}

# check_path CHECK SERVICE PATH: one request and its line.
check_path() {
    local check="$1" service="$2" path="$3"
    local look="kubectl --namespace=$namespace logs --selector=app.kubernetes.io/name=$service --tail=50"
    asked=$((asked + 1))
    if ! fetch "$service" "$path"; then
        case "$http_reason" in
            NoEndpoints | NoService) look="kubectl --namespace=$namespace describe service $service" ;;
            Forbidden) look="kubectl --namespace=$namespace get rolebinding,role smoke-test --output=yaml" ;;
        esac
        report failed "$check" "$service" "$http_reason" "$path: $http_message" "$look"
        return
    fi
    if [[ "$check" == health ]]; then
        report ok health "$service" Answers "$path answers 200"
        return
    fi
    judge_metrics "$service" "$path" "$look"
}

# check_listed NAME: what the catalogue says of a service that the platform lists.
check_listed() {
    local name="$1" path="${wanted_metrics[$1]}" stated="${metrics_path[$1]:-/metrics}"
    local look="kubectl --namespace=$namespace describe pods --selector=app.kubernetes.io/name=$name"
    check_path health "$name" "${wanted_health[$name]}"
    if [[ -z "$path" ]]; then
        report skipped metrics "$name" NotScraped "the catalogue gives it no metricsPath"
    elif [[ -n "${unscraped[$name]:-}" ]]; then
        report failed metrics "$name" NotScraped \
            "Prometheus does not ask ${unscraped[$name]}: it does not say prometheus.io/scrape: \"true\"" "$look"
    elif [[ "$stated" != "$path" ]]; then
        report failed metrics "$name" NotScraped "its pods send Prometheus to $stated, the catalogue to $path" "$look"
    else
        check_path metrics "$name" "$path"
    fi
}

# check_found NAME: what its own pods say of a service.
check_found() {
    local name="$1" health="${live_path[$1]:-${ready_path[$1]:-}}"
    if [[ -z "$health" && -z "$service_list" && -n "${unscraped[$name]:-}" ]]; then
        report skipped health "$name" NoHttp "its pods state neither an HTTP probe nor prometheus.io/scrape"
        return
    fi
    check_path health "$name" "${health:-/health}"
    if [[ -n "$service_list" || -z "${unscraped[$name]:-}" ]]; then
        check_path metrics "$name" "${metrics_path[$name]:-/metrics}"
    else
        report skipped metrics "$name" NotScraped "its pods do not say prometheus.io/scrape: \"true\""
    fi
}

# check_service NAME: /health and /metrics of one service.
check_service() {
    local name="$1" listed="${wanted_health[$1]+listed}"
    # A worker has no path: its pods are all that there is to see.
    if [[ -n "$listed" && -z "${wanted_health[$name]}" ]]; then return 0; fi
    if ((${pods_ready[$name]:-0} == 0)); then
        # Its pods have failed, so it is no silence.
        asked=$((asked + 1))
        report skipped health "$name" NoReadyPod "not asked: none of its pods is ready"
        report skipped metrics "$name" NoReadyPod "not asked: none of its pods is ready"
    elif [[ -n "$listed" ]]; then
        check_listed "$name"
    else
        check_found "$name"
    fi
}

# check_services: those that the platform lists, and every Service that has a workload of its name; of --services, all.
check_services() {
    local name listed="$service_list${catalogue[*]}"
    wanted_workloads
    if [[ -z "$listed" ]]; then
        report skipped services "$application" NoList \
            "without the annotation platform/services nobody says which it must have: only what it has is asked"
    fi
    for name in "${names[@]}"; do
        if [[ -n "$service_list${wanted_health[$name]+listed}" || " ${services[*]} " == *" $name "* ]]; then
            check_service "$name"
        fi
    done
    if [[ -z "$listed" ]] && ((asked == 0)); then
        report failed health "$application" NothingToCheck \
            "no Service of a workload's name has pods that state an HTTP probe or prometheus.io/scrape" \
            "kubectl --namespace=$argocd_namespace get applications.argoproj.io $application --output=yaml"
    fi
}
