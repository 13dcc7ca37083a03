// Package shim hands out the provider that the enclosing module keeps internal.
package shim

import (
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/terraform-providers/terraform-provider-docker/internal/provider"
)

// New makes the provider; version is what it reports in its user agent.
func New(version string) *schema.Provider {
	return provider.New(version)()
}
