// Whose custom resources tests install. Only their archives are read, so the modules that they need themselves are not named.
module ha-registry.local/kubernetes-definitions

go 1.26

require (
	github.com/cert-manager/cert-manager v1.21.2
	github.com/prometheus-operator/prometheus-operator v0.85.0
	sigs.k8s.io/gateway-api v1.6.1
)
