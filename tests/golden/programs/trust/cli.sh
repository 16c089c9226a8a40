export AWS_CA_BUNDLE=$PWD/self.crt
# or: aws ... --ca-bundle self.crt
