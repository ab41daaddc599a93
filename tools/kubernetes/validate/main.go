// Command validate says of each Kubernetes object in a JSON list on standard input what the API server would refuse it for.
//
// It is the API server's own code: strict decoding, defaults, validation, the warnings that kubectl prints, and Pod Security
// admission. No version is taken that the API server does not serve. Each fault is a line of JSON on standard output.
//
//	validate restricted:v1.35 <objects.json
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	security "k8s.io/pod-security-admission/api"
	"k8s.io/pod-security-admission/policy"

	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/autoscaling/install"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
)

var codecs = serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict)

// A Fault is one reason why an object would be refused.
type Fault struct {
	Kind    string `json:"kind"`
	Name    string `json:"name"`
	Message string `json:"message"`
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "validate:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	if len(arguments) != 1 {
		return fmt.Errorf("usage: validate LEVEL:VERSION <objects.json")
	}
	level, version, _ := strings.Cut(arguments[0], ":")
	standard, faults := security.PolicyToEvaluate(map[string]string{
		security.EnforceLevelLabel: level, security.EnforceVersionLabel: version,
	}, security.Policy{})
	if len(faults) > 0 {
		return faults.ToAggregate()
	}
	evaluator, err := policy.NewEvaluator(policy.DefaultChecks(), nil)
	if err != nil {
		return err
	}
	var objects []json.RawMessage
	if err := json.NewDecoder(os.Stdin).Decode(&objects); err != nil {
		return fmt.Errorf("standard input is no JSON list of objects: %w", err)
	}
	output := json.NewEncoder(os.Stdout)
	output.SetEscapeHTML(false)
	for _, raw := range objects {
		var known metav1.PartialObjectMetadata
		_ = json.Unmarshal(raw, &known) // what is wrong with it, strict decoding says better
		for _, message := range messages(raw, known.GroupVersionKind(), evaluator, standard.Enforce) {
			if err := output.Encode(Fault{known.Kind, known.Name, message}); err != nil {
				return err
			}
		}
	}
	return nil
}
