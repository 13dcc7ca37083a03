# Lets the workloads of a Terraform project pull from a registry that Pulumi has put up: an image pull secret in each of their namespaces.
#
#   terraform apply -var environment=production -var 'namespaces=["shop","billing"]'
#
# Run it where `npx ha-registry outputs production` works. Needs jq. The password is in Terraform's state from then on: keep that where secrets may be.
terraform {
  required_version = ">= 1.5"
  required_providers {
    external   = { source = "hashicorp/external", version = "~> 2.3" }
    kubernetes = { source = "hashicorp/kubernetes", version = "~> 2.38" }
  }
}

variable "environment" {
  description = "Environment of ha-registry, as production."
  type        = string
}

variable "user" {
  description = "User of the registry whose generated password is used; give one that may only pull."
  type        = string
  default     = "ci"
}

variable "namespaces" {
  description = "Namespaces whose pods pull from the registry."
  type        = set(string)
}

data "external" "registry" {
  program = ["sh", "-c", <<-EOT
    set -eu
    authority=$(npx ha-registry outputs "$1" --value authority)
    password=$(npx ha-registry outputs "$1" --password-of "$2")
    jq --null-input --arg authority "$authority" --arg password "$password" '$ARGS.named'
  EOT
  , "registry", var.environment, var.user]
}

resource "kubernetes_secret_v1" "pull" {
  for_each = var.namespaces

  metadata {
    name      = "ha-registry"
    namespace = each.key
  }
  type = "kubernetes.io/dockerconfigjson"
  data = {
    ".dockerconfigjson" = sensitive(jsonencode({
      auths = {
        (data.external.registry.result.authority) = {
          username = var.user
          password = data.external.registry.result.password
        }
      }
    }))
  }
}

output "authority" {
  description = "What image references of the registry begin with."
  value       = data.external.registry.result.authority
}
