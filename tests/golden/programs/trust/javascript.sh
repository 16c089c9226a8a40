export NODE_EXTRA_CA_CERTS=$PWD/self.crt
