{{/* What all objects have; the programs look for theirs in this namespace. */}}
{{- define "lbbgp.labels" -}}
{{- if ne .Release.Namespace "lbbgp-system" -}}
{{- fail (printf "namespace %s: lbbgp is installed into lbbgp-system and no other: helm install --namespace lbbgp-system" .Release.Namespace) -}}
{{- end -}}
app.kubernetes.io/name: lbbgp
app.kubernetes.io/part-of: lbbgp
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{/* Lines of a container. */}}
{{- define "lbbgp.image" -}}
{{- with .Values.image -}}
image: "{{ .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}"
{{- if .pullPolicy }}
imagePullPolicy: {{ .pullPolicy }}
{{- end }}
{{- end -}}
{{- end -}}

{{/* "true" or "": are the metrics served by HTTPS? */}}
{{- define "lbbgp.https" -}}
{{- if or .Values.metricsHTTPS.enabled .Values.monitoring.enabled -}}
true
{{- end -}}
{{- end -}}

{{/* "true" or "": is their certificate that of a Secret? */}}
{{- define "lbbgp.certificate" -}}
{{- if and (include "lbbgp.https" .) .Values.metricsHTTPS.certificateSecret -}}
true
{{- end -}}
{{- end -}}

{{/* A line of a pod; without Secrets of a registry none. */}}
{{- define "lbbgp.pull" -}}
{{- if .Values.imagePullSecrets -}}
imagePullSecrets: {{ toJson .Values.imagePullSecrets }}
{{- end -}}
{{- end -}}
