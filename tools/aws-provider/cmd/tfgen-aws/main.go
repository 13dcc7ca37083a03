// Writes the Pulumi schema and the bridge metadata of the aws provider.
package main

import (
	"ha-registry.dev/aws-provider/provider"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfgen"
)

func main() {
	// There is no metadata before it is written.
	tfgen.MainWithMuxer("aws", provider.AWS([]byte("{}")))
}
