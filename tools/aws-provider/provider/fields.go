package provider

import (
	"strings"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
)

// fields are properties by their upstream names.
type fields = map[string]*tfbridge.SchemaInfo

// named is the property name, made of the resource's logical name where a program does not give it.
func named(maximum int) *tfbridge.SchemaInfo {
	return tfbridge.AutoName("name", maximum, "-")
}

// prefixed is a name that always begins alike.
func prefixed(prefix string, maximum int) *tfbridge.SchemaInfo {
	return namedSo(maximum, func(_ *tfbridge.PulumiResource, name string) string {
		return prefix + strings.TrimPrefix(name, prefix)
	})
}

// suffixed is a name that ends in suffix where the boolean property says so.
func suffixed(maximum int, property resource.PropertyKey, suffix string) *tfbridge.SchemaInfo {
	return namedSo(maximum, func(made *tfbridge.PulumiResource, name string) string {
		if value := made.Properties[property]; value.IsBool() && value.BoolValue() {
			return name + suffix
		}
		return name
	})
}

func namedSo(maximum int, finish func(*tfbridge.PulumiResource, string) string) *tfbridge.SchemaInfo {
	return tfbridge.AutoNameWithCustomOptions("name", tfbridge.AutoNameOptions{
		Separator: "-",
		Maxlen:    maximum,
		Randlen:   7,
		PostTransform: func(made *tfbridge.PulumiResource, name string) (string, error) {
			return finish(made, name), nil
		},
	})
}

// several is a list of which upstream takes one item only.
func several(name string) *tfbridge.SchemaInfo {
	return &tfbridge.SchemaInfo{Name: name, MaxItemsOne: tfbridge.False()}
}

// within is an object, or a list of objects, with these properties.
func within(inner fields) *tfbridge.SchemaInfo {
	return &tfbridge.SchemaInfo{Elem: &tfbridge.SchemaInfo{Fields: inner}}
}

// document is a policy, which may be given as an object and is compared without regard to its form.
func document() *tfbridge.SchemaInfo {
	return &tfbridge.SchemaInfo{Type: "string", Transform: tfbridge.TransformJSONDocument}
}

// managedByPulumi is a description that is never empty.
func managedByPulumi() *tfbridge.SchemaInfo {
	return &tfbridge.SchemaInfo{Default: &tfbridge.DefaultInfo{Value: "Managed by Pulumi"}}
}
