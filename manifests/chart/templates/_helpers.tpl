{{/* What the name of an object has that two lbbgp would fight over: that of the class. */}}
{{- define "lbbgp.suffix" -}}
{{- if ne .Values.class "lbbgp.io/lbbgp" -}}
{{- printf "-%s" (trimPrefix "lbbgp.io/" .Values.class) -}}
{{- end -}}
{{- end -}}

{{/* Arguments of both programs: of the lbbgp in lbbgp-system none. */}}
{{- define "lbbgp.instance" -}}
{{- if include "lbbgp.suffix" . }}
- --namespace={{ .Release.Namespace }}
- --class={{ .Values.class }}
{{- end -}}
{{- end -}}

{{/* What all objects have. Each namespace has one lbbgp, and each class one namespace. */}}
{{- define "lbbgp.labels" -}}
{{- $first := eq .Release.Namespace "lbbgp-system" -}}
{{- if and (not $first) (not (include "lbbgp.suffix" .)) -}}
{{- fail (printf "namespace %s: the class lbbgp.io/lbbgp is that of lbbgp-system: helm install --namespace lbbgp-system, or --set class=lbbgp.io/NAME for another lbbgp" .Release.Namespace) -}}
{{- end -}}
{{- if and $first (include "lbbgp.suffix" .) -}}
{{- fail (printf "class %s: lbbgp-system is for the class lbbgp.io/lbbgp: helm install --namespace NAME" .Values.class) -}}
{{- end -}}
{{- $namespace := lookup "v1" "Namespace" "" .Release.Namespace -}}
{{- if and $namespace (not $first) -}}
{{- $has := get ($namespace.metadata.annotations | default dict) "lbbgp.io/class" -}}
{{- if ne $has .Values.class -}}
{{- fail (printf "namespace %s: its annotation lbbgp.io/class is %q: kubectl annotate namespace %s lbbgp.io/class=%s" .Release.Namespace $has .Release.Namespace .Values.class) -}}
{{- end -}}
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
