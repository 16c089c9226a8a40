keytool -importcert -noprompt -alias vedette -file self.crt \
  -keystore vedette.p12 -storetype PKCS12 -storepass changeit
export JAVA_TOOL_OPTIONS="-Djavax.net.ssl.trustStore=$PWD/vedette.p12 -Djavax.net.ssl.trustStorePassword=changeit"
