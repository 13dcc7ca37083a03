/** One line that tells what it is about. */
export const titleTemplate = "ha-registry.title";

/** A message of plain text. */
export const textTemplate = "ha-registry.text";

/** A message in the Markdown of WeCom and DingTalk. */
export const markdownTemplate = "ha-registry.markdown";

/**
 * Templates of messages. `ha-registry` stands in each, as the keyword that DingTalk's robots can be made to ask for.
 *
 * Alertmanager reads what a payload's template gives as YAML, and takes it for text only when it is no map or list: so no line of a title may have
 * a colon with a space after it, and what is in Markdown begins with two stars, which no YAML does.
 *
 * @param name Name of the registry.
 */
export function renderAlertmanagerTemplates(name: string): string {
  return `{{ define "${titleTemplate}" -}}
ha-registry ${name}, {{ .GroupLabels.alertname }} ({{ if eq .Status "firing" }}{{ len .Alerts.Firing }} firing{{ else }}resolved{{ end }})
{{- end }}

{{ define "${textTemplate}" -}}
{{ range .Alerts -}}
{{ .Annotations.summary }} ({{ .Labels.severity }}{{ if ne .Status "firing" }}, resolved{{ end }})
  {{ .Annotations.description }}
{{- if eq .Status "firing" }}
  What to do: {{ .Annotations.runbook }}
{{- end }}
  Since {{ .StartsAt.Format "2006-01-02 15:04:05 MST" }}
{{ range .Labels.SortedPairs }}  {{ .Name }}={{ .Value }}
{{ end }}
{{ end -}}
{{- end }}

{{ define "${markdownTemplate}" -}}
**{{ template "${titleTemplate}" . }}**
{{ range .Alerts }}
**{{ .Annotations.summary }}** ({{ .Labels.severity }}{{ if ne .Status "firing" }}, resolved{{ end }})

> {{ .Annotations.description | printf "%.200s" }}
{{ if eq .Status "firing" }}
> {{ .Annotations.runbook }}
{{ end }}
{{ .StartsAt.Format "2006-01-02 15:04:05 MST" }}
{{ end -}}
{{- end }}
`;
}
