{{- define "vedette.name" -}}
{{- if contains "vedette" .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-vedette" .Release.Name | trunc 40 | trimSuffix "-" }}{{ end -}}
{{- end }}

{{- define "vedette.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "vedette.account" -}}
{{- if .Values.serviceAccount.create }}{{ .Values.serviceAccount.name | default (include "vedette.name" .) }}{{ else }}{{ .Values.serviceAccount.name | default "default" }}{{ end -}}
{{- end }}

{{- define "vedette.claim" -}}
{{ .Values.storage.existingClaim | default (printf "%s-data" (include "vedette.name" .)) }}
{{- end }}

{{- define "vedette.selector" -}}
app.kubernetes.io/name: vedette
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "vedette.labels" -}}
{{ include "vedette.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- /* Where Ray's head is: the Service that KubeRay makes for a cluster, or one that stands already. */}}
{{- define "vedette.rayAddress" -}}
{{ .Values.ray.address | default (printf "%s-ray-head-svc:6379" (include "vedette.name" .)) }}
{{- end }}

{{- /* Whether servers share: both a PostgreSQL and an S3 are outside of the folder. */}}
{{- define "vedette.shares" -}}
{{- if and .Values.database.secret .Values.s3.endpoint }}true{{ end -}}
{{- end }}

{{- /* What cannot be is refused here, in a sentence, before anything is made. */}}
{{- define "vedette.refuse" -}}
{{- if and (gt (int .Values.servers.replicas) 1) (not (include "vedette.shares" .)) }}
{{- fail "Several servers need a PostgreSQL (database.secret) and an S3 (s3.endpoint, s3.secret); or set servers.replicas=1." }}
{{- end }}
{{- if and .Values.s3.endpoint (not .Values.s3.secret) }}
{{- fail "s3.endpoint needs s3.secret, the name of a Secret with the access key and the secret key." }}
{{- end }}
{{- if and (eq .Values.servers.strategy "RollingUpdate") (not (include "vedette.shares" .)) }}
{{- fail "One server holds its folder alone, so that a second one cannot start beside it: set servers.strategy=Recreate." }}
{{- end }}
{{- if and (gt (int .Values.servers.replicas) 1) (not .Values.storage.existingClaim) (ne .Values.storage.accessMode "ReadWriteMany") }}
{{- fail "Several servers share one folder: storage.accessMode has to be ReadWriteMany." }}
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
{{- fail "ingress.enabled needs ingress.hosts: name at least one host." }}
{{- end }}
{{- if and .Values.metrics.monitor (not .Values.metrics.secret) }}
{{- fail "metrics.monitor needs metrics.secret: without a token nobody outside of the pod may read the figures." }}
{{- end }}
{{- end }}

{{- define "vedette.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "vedette.security" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- /* A variable from a Secret: name, secret, key. */}}
{{- define "vedette.fromSecret" -}}
- name: {{ .name }}
  valueFrom:
    secretKeyRef: {name: {{ .secret | quote }}, key: {{ .key | quote }}}
{{- end }}

{{- define "vedette.hostNames" -}}
{{- $name := include "vedette.name" . }}
{{- $own := list $name (printf "%s.%s" $name .Release.Namespace) (printf "%s.%s.svc" $name .Release.Namespace) (printf "%s.%s.svc.cluster.local" $name .Release.Namespace) }}
{{- join "," (concat .Values.servers.hostNames .Values.ingress.hosts $own | uniq) }}
{{- end }}

{{- define "vedette.environment" -}}
{{- /* A folder in the volume, not its root: that is the system's, and cannot be closed to other users. */ -}}
- {name: VEDETTE_DATA, value: /data/vedette}
- {name: VEDETTE_HOST, value: 0.0.0.0}
- {name: VEDETTE_PORT, value: "8080"}
- {name: VEDETTE_LOG, value: json}
- {name: VEDETTE_HOST_NAMES, value: {{ include "vedette.hostNames" . | quote }}}
{{- with .Values.database }}{{ if .secret }}
{{ include "vedette.fromSecret" (dict "name" "VEDETTE_DATABASE" "secret" .secret "key" .key) }}
{{- end }}{{ end }}
{{- with .Values.s3 }}{{ if .endpoint }}
- {name: VEDETTE_S3_ENDPOINT, value: {{ .endpoint | quote }}}
- {name: VEDETTE_S3_REGION, value: {{ .region | quote }}}
{{ include "vedette.fromSecret" (dict "name" "VEDETTE_S3_ACCESS_KEY" "secret" .secret "key" .accessKey) }}
{{ include "vedette.fromSecret" (dict "name" "VEDETTE_S3_SECRET_KEY" "secret" .secret "key" .secretKey) }}
{{- end }}{{ end }}
{{- with .Values.metrics }}{{ if .secret }}
{{ include "vedette.fromSecret" (dict "name" "VEDETTE_METRICS_TOKEN" "secret" .secret "key" .key) }}
{{- end }}{{ end }}
{{- with .Values.masterKey }}{{ if .secret }}
{{ include "vedette.fromSecret" (dict "name" "VEDETTE_MASTER_KEY" "secret" .secret "key" .key) }}
{{- if .before }}
{{ include "vedette.fromSecret" (dict "name" "VEDETTE_MASTER_KEY_BEFORE" "secret" .secret "key" .before) }}
{{- end }}
{{- if .kmsAccessKey }}
{{ include "vedette.fromSecret" (dict "name" "VEDETTE_MASTER_KMS_ACCESS_KEY" "secret" .secret "key" .kmsAccessKey) }}
{{ include "vedette.fromSecret" (dict "name" "VEDETTE_MASTER_KMS_SECRET_KEY" "secret" .secret "key" .kmsSecretKey) }}
{{- end }}
{{- end }}{{ end }}
{{- with .Values.sso }}{{ if .secret }}
{{ include "vedette.fromSecret" (dict "name" "VEDETTE_SSO_CLIENT_SECRET" "secret" .secret "key" .key) }}
{{- end }}{{ end }}
{{- if .Values.ray.enabled }}
- {name: VEDETTE_ENGINE, value: ray}
- {name: VEDETTE_RAY_ADDRESS, value: {{ include "vedette.rayAddress" . | quote }}}
- {name: VEDETTE_RAY_CACHE, value: /cache}
{{- with .Values.ray.unit }}
- {name: VEDETTE_RAY_UNIT, value: {{ . | quote }}}
{{- end }}
{{- with .Values.ray.training }}
- {name: VEDETTE_RAY_TRAINING, value: {{ . | quote }}}
{{- end }}
{{- end }}
{{- if .Values.telemetry.endpoint }}
- {name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ .Values.telemetry.endpoint | quote }}}
- {name: OTEL_SERVICE_NAME, value: {{ include "vedette.name" . | quote }}}
{{- end }}
{{- range $name, $value := .Values.settings }}
{{- /* Numbers of values are floats: quote would write 16777216 as 1.6777216e+07. */}}
- {name: VEDETTE_{{ upper $name }}, value: {{ if kindIs "string" $value }}{{ $value | quote }}{{ else }}{{ toJson $value | quote }}{{ end }}}
{{- end }}
{{- end }}

{{- /* A pod of the cluster; KubeRay writes its command (ray start …) from rayStartParams. */}}
{{- define "vedette.rayPod" }}
metadata:
  labels:
    {{- include "vedette.labels" .root | nindent 4 }}
    app.kubernetes.io/component: ray
spec:
  automountServiceAccountToken: false
  enableServiceLinks: false
  securityContext:
    {{- include "vedette.podSecurity" .root | nindent 4 }}
  {{- with .root.Values.image.pullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - name: ray
      image: {{ include "vedette.image" .root | quote }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      env:
        - {name: RAY_USAGE_STATS_ENABLED, value: "0"}
        - {name: HOME, value: /tmp}
      # KubeRay's own probes ask the dashboard's agent by wget; neither is in this image.
      startupProbe:
        tcpSocket: {port: {{ .port }}}
        periodSeconds: 5
        failureThreshold: 60
      livenessProbe:
        tcpSocket: {port: {{ .port }}}
        periodSeconds: 10
        failureThreshold: 6
      readinessProbe:
        tcpSocket: {port: {{ .port }}}
        periodSeconds: 5
      resources:
        {{- toYaml .resources | nindent 8 }}
      securityContext:
        {{- include "vedette.security" .root | nindent 8 }}
      volumeMounts:
        - {name: temporary, mountPath: /tmp}
        - {name: shared-memory, mountPath: /dev/shm}
        - {name: cache, mountPath: /cache}
  volumes:
    - name: temporary
      emptyDir: {}
    - name: shared-memory
      emptyDir: {medium: Memory, sizeLimit: {{ .sharedMemory }}}
    - name: cache
      emptyDir: {sizeLimit: {{ .cache }}}
{{- end }}

{{- /* The port of an address: its own, else that of its scheme. */}}
{{- define "vedette.portOf" -}}
{{- $parts := urlParse . }}
{{- regexFind ":[0-9]+$" $parts.host | trimPrefix ":" | default (ternary "443" "80" (eq $parts.scheme "https")) }}
{{- end }}
