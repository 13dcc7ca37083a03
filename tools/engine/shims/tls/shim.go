// Package shim hands out the provider that the enclosing module keeps internal.
package shim

import (
	framework "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-provider-tls/internal/provider"
)

// New makes the provider.
func New() framework.Provider {
	return provider.New()
}
