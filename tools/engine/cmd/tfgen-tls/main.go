// Writes the Pulumi schema and the bridge metadata of the tls provider.
package main

import (
	"ha-registry.dev/engine/providers"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfgen"
)

func main() {
	tfgen.Main("tls", providers.TLS())
}
