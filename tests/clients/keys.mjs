// Run by Node: keys and sealed objects through the JavaScript SDK. Prints one JSON object.
import * as K from '@aws-sdk/client-kms';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

const mark = process.argv[2];
const options = { endpoint: process.env.AWS_ENDPOINT_URL, region: 'us-east-1', maxAttempts: 1 };
const kms = new K.KMSClient(options);
const s3 = new S3Client(options);
const nameOf = async (call) => call.then(() => 'none', (error) => error.name);
const EncryptionContext = { line: '4' };
const found = {};

const made = await kms.send(new K.CreateKeyCommand({ Description: 'by JavaScript' }));
const KeyId = made.KeyMetadata.Arn;
const AliasName = `alias/js-${mark}`;
await kms.send(new K.CreateAliasCommand({ AliasName, TargetKeyId: KeyId }));
const Plaintext = Buffer.from('hello');
const { CiphertextBlob } = await kms.send(new K.EncryptCommand({ KeyId: AliasName, Plaintext, EncryptionContext }));
const opened = await kms.send(new K.DecryptCommand({ CiphertextBlob, EncryptionContext }));
found.same = Buffer.from(opened.Plaintext).equals(Plaintext);
found.context = await nameOf(kms.send(new K.DecryptCommand({ CiphertextBlob })));
const Bucket = `keys-js-${mark}`;
await s3.send(new CreateBucketCommand({ Bucket }));
const Body = 'sealed'.repeat(100_000);
await s3.send(new PutObjectCommand({ Bucket, Key: 'a', Body, ServerSideEncryption: 'aws:kms', SSEKMSKeyId: KeyId }));
const get = () => s3.send(new GetObjectCommand({ Bucket, Key: 'a' }));
found.sealed = (await (await get()).Body.transformToString()) === Body;
await kms.send(new K.DisableKeyCommand({ KeyId }));
found.disabled = [await nameOf(kms.send(new K.EncryptCommand({ KeyId, Plaintext }))), await nameOf(get())];
found.missing = await nameOf(kms.send(new K.DescribeKeyCommand({ KeyId: 'alias/none' })));
found.unbuilt = await nameOf(kms.send(new K.CreateKeyCommand({ KeySpec: 'RSA_2048', KeyUsage: 'SIGN_VERIFY' })));
await kms.send(new K.ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
found.ending = await nameOf(kms.send(new K.EnableKeyCommand({ KeyId })));
console.log(JSON.stringify(found));
