// Run by Node: the front doors through the JavaScript SDK. Prints one JSON object.
import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  CreateBucketCommand, DeleteBucketCommand, DeleteObjectCommand, GetObjectCommand, HeadObjectCommand,
  ListObjectsV2Command, PutObjectCommand, S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import * as R from '@aws-sdk/client-rekognition';
import * as L from '@aws-sdk/client-lookoutvision';

const mark = process.argv[2];
const endpoint = process.env.AWS_ENDPOINT_URL;
const options = { endpoint, region: 'us-east-1', maxAttempts: 1 };
const nameOf = async (call) => call.then(() => 'none', (error) => error.name);
const sha = (bytes) => createHash('sha256').update(bytes).digest('hex');

async function buckets() {
  const s3 = new S3Client(options);
  const Bucket = `js-${mark}`;
  await s3.send(new CreateBucketCommand({ Bucket }));
  await s3.send(new PutObjectCommand({ Bucket, Key: 'a b/ü+%.txt', Body: 'hello', ContentType: 'text/plain', Metadata: { k: 'v' } }));
  const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'a b/ü+%.txt' }));
  const big = Buffer.concat(Array(64).fill(randomBytes(1 << 20)));
  await new Upload({ client: s3, params: { Bucket, Key: 'big', Body: Readable.from([big]) } }).done();
  const back = await (await s3.send(new GetObjectCommand({ Bucket, Key: 'big' }))).Body.transformToByteArray();
  await new Upload({ client: s3, params: { Bucket, Key: 'streamed', Body: Readable.from([Buffer.from('streamed')]) } }).done();
  const up = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: 'linked', Body: 'through a link' }));
  const put = await fetch(up, { method: 'PUT', body: 'through a link' });
  const down = await getSignedUrl(s3, new GetObjectCommand({ Bucket, Key: 'linked' }));
  const linked = await (await fetch(down)).text();
  const listed = await s3.send(new ListObjectsV2Command({ Bucket }));
  const keys = listed.Contents.map((item) => item.Key);
  const found = {
    metadata: head.Metadata, type: head.ContentType, big_is_same: sha(back) === sha(big), put: put.status, linked, keys,
    missing: await nameOf(s3.send(new GetObjectCommand({ Bucket, Key: 'nothing' }))),
    not_empty: await nameOf(s3.send(new DeleteBucketCommand({ Bucket }))),
  };
  for (const Key of keys) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
  await s3.send(new DeleteBucketCommand({ Bucket }));
  return found;
}

async function rekognition() {
  const client = new R.RekognitionClient(options);
  const ProjectName = `js-${mark}`;
  const { ProjectArn } = await client.send(new R.CreateProjectCommand({ ProjectName, Tags: { line: '7' } }));
  await client.send(new R.TagResourceCommand({ ResourceArn: ProjectArn, Tags: { shift: 'night' } }));
  const { Tags } = await client.send(new R.ListTagsForResourceCommand({ ResourceArn: ProjectArn }));
  const twice = await nameOf(client.send(new R.CreateProjectCommand({ ProjectName })));
  const { Status } = await client.send(new R.DeleteProjectCommand({ ProjectArn }));
  return { Tags, twice, Status };
}

async function lookout() {
  const client = new L.LookoutVisionClient(options);
  const projectName = `js-${mark}`;
  const made = await client.send(new L.CreateProjectCommand({ projectName, ProjectName: projectName }));
  const twice = await nameOf(client.send(new L.CreateProjectCommand({ projectName, ProjectName: projectName })));
  const gone = await client.send(new L.DeleteProjectCommand({ projectName, ProjectName: projectName }));
  return { same: made.ProjectMetadata.ProjectArn === gone.ProjectArn, twice };
}

console.log(JSON.stringify({ buckets: await buckets(), rekognition: await rekognition(), lookout: await lookout() }));
