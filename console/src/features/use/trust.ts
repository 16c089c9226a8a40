/**
 * What a program needs to trust a server with a certificate of its own (`vedette serve --tls self`).
 *
 * Each has a way of its own, beside its own authorities or in their place; tests/journeys/test_programs.py runs them.
 */
import type { Snippet } from "./snippets";

/** The certificate, as it lies beside the program. */
export const CERTIFICATE = "self.crt";

const BY_AWS = `export AWS_CA_BUNDLE=$PWD/${CERTIFICATE}
`;

/** The library asks no server. */
type Asking = Exclude<Snippet["id"], "python">;

const WAYS: Readonly<Record<Asking, string>> = {
  boto3: `${BY_AWS}# or in the program: boto3.client(..., verify="${CERTIFICATE}")
`,
  cli: `${BY_AWS}# or: aws ... --ca-bundle ${CERTIFICATE}
`,
  curl: `export CURL_CA_BUNDLE=$PWD/${CERTIFICATE}
# or: curl --cacert ${CERTIFICATE} ...
`,
  javascript: `export NODE_EXTRA_CA_CERTS=$PWD/${CERTIFICATE}
`,
  java: `keytool -importcert -noprompt -alias vedette -file ${CERTIFICATE} \\
  -keystore vedette.p12 -storetype PKCS12 -storepass changeit
export JAVA_TOOL_OPTIONS="-Djavax.net.ssl.trustStore=$PWD/vedette.p12 -Djavax.net.ssl.trustStorePassword=changeit"
`,
  csharp: `# Linux
export SSL_CERT_FILE=$PWD/${CERTIFICATE}
# Windows, as an administrator: certutil -addstore Root ${CERTIFICATE}
`,
  go: BY_AWS,
  edge: BY_AWS,
};

/** What is typed before a program; nothing where the server is asked without encryption, or not at all. */
export function trustOf(id: Snippet["id"], endpoint: string): string | undefined {
  if (id === "python" || !endpoint.startsWith("https:")) return undefined;
  return WAYS[id];
}
