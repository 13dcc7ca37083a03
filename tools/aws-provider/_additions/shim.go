// Package shim hands out the provider that the enclosing module keeps internal.
package shim

import (
	"context"

	plugin "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-sdk/v2/helper/schema"
	"github.com/hashicorp/terraform-provider-aws/internal"
	"github.com/hashicorp/terraform-provider-aws/internal/provider/framework"
	"github.com/hashicorp/terraform-provider-aws/internal/provider/sdkv2"
)

// New makes the two halves of the provider, by the plugin SDK that their resources are written with.
func New(ctx context.Context) (*schema.Provider, plugin.Provider, error) {
	// Without it, no error of the provider can be told.
	internal.RegisterSmarterrFS()
	older, err := sdkv2.NewProvider(ctx)
	if err != nil {
		return nil, nil, err
	}
	newer, err := framework.NewProvider(ctx, older)
	return older, newer, err
}
