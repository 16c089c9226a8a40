export AWS_CA_BUNDLE=$PWD/self.crt
# or in the program: boto3.client(..., verify="self.crt")
