export AWS_CA_BUNDLE=$PWD/self.crt
