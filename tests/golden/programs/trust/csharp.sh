# Linux
export SSL_CERT_FILE=$PWD/self.crt
# Windows, as an administrator: certutil -addstore Root self.crt
