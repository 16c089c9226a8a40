// What a JavaScript program of the Edge Agent does, with the proto file of the package alone: list, describe, the
// loop that starts, pictures by bytes and by shared memory, what is refused, stop. It prints what it was told.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';

const [proto, address, model, judge] = process.argv.slice(2);
const WIDTH = 96;
const HEIGHT = 64;
const SIZE = WIDTH * HEIGHT * 3;

const definition = loader.loadSync(proto, { keepCase: true, enums: String, longs: Number, defaults: true });
const { EdgeAgent } = grpc.loadPackageDefinition(definition).AWS.LookoutVision;
const client = new EdgeAgent(address, grpc.credentials.createInsecure());

/** One call; the answer, or the code that it ended with. */
const call = (name, request) =>
  new Promise((resolve) => {
    client[name](request, (error, answer) => resolve(error ? { code: error.code, details: error.details } : answer));
  });

const status = async (name) =>
  (await call('DescribeModel', { model_component: name })).model_description.status;

async function startLoop(name) {
  let starts = 0;
  for (;;) {
    const now = await status(name);
    if (now === 'RUNNING') return starts;
    if (now === 'STOPPED') {
      starts += 1;
      await call('StartModel', { model_component: name });
    } else {
      if (now !== 'STARTING') throw new Error(now);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

const red = Buffer.alloc(SIZE);
for (let place = 0; place < SIZE; place += 3) red[place] = 255;

const listed = (await call('ListModels', {})).models.map((entry) => entry.model_component).sort();
const before = await status(model);
const starts = await startLoop(model);
const detect = (bitmap, rest = {}) =>
  call('DetectAnomalies', { model_component: model, bitmap: { width: WIDTH, height: HEIGHT, ...bitmap }, ...rest });

const byBytes = (await detect({ byte_data: red })).detect_anomaly_result;

const mark = `vedette-test-js-${process.pid}`;
const [picture, mask] = [`/dev/shm/${mark}-picture`, `/dev/shm/${mark}-mask`];
let byMemory, maskThere, grown, missing;
try {
  writeFileSync(picture, red);
  writeFileSync(mask, Buffer.alloc(SIZE));
  const handle = (path, size) => ({ name: path.replace('/dev/shm', ''), size, offset: 0 });
  byMemory = (
    await detect(
      { shared_memory_handle: handle(picture, SIZE) },
      { anomaly_mask_params: { shared_memory_handle: handle(mask, SIZE) } },
    )
  ).detect_anomaly_result;
  maskThere = readFileSync(mask).equals(byBytes.anomaly_mask.byte_data);
  writeFileSync(picture, Buffer.alloc(4 * SIZE)); // grown, and black
  grown = (
    await detect({ width: 2 * WIDTH, height: 2 * HEIGHT, shared_memory_handle: handle(picture, 4 * SIZE) })
  ).detect_anomaly_result;
  missing = await detect({ shared_memory_handle: handle(`${picture}-gone`, SIZE) });
} finally {
  rmSync(picture, { force: true });
  rmSync(mask, { force: true });
}

await startLoop(judge);
const scored = (
  await call('DetectAnomalies', {
    model_component: judge,
    bitmap: { width: WIDTH, height: HEIGHT, byte_data: Buffer.alloc(SIZE, 255) },
  })
).detect_anomaly_result;

const refused = {
  again: (await call('StartModel', { model_component: model })).code,
  unknown: (await call('DescribeModel', { model_component: 'nobody' })).code,
  size: (await detect({ byte_data: red.subarray(3) })).code,
  missing: missing.code,
};
const many = await Promise.all(Array.from({ length: 8 }, () => detect({ byte_data: red })));
const stopped = (await call('StopModel', { model_component: model })).status;
refused.stopped = (await detect({ byte_data: red })).code;
client.close();

const share = (result, name) => result.anomalies.find((entry) => entry.name === name).pixel_anomaly;
process.stdout.write(
  JSON.stringify({
    listed,
    before,
    starts,
    bytes: [byBytes.is_anomalous, share(byBytes, 'rust').total_percentage_area, share(byBytes, 'rust').hex_color],
    pixel: byBytes.anomaly_mask.byte_data.subarray(0, 3).toString('hex'),
    memory: [byMemory.is_anomalous, byMemory.anomaly_mask.shared_memory_handle.name === `/${mark}-mask`, maskThere],
    grown: grown.is_anomalous,
    scored: [scored.is_anomalous, scored.anomaly_score, Number(scored.anomaly_threshold.toFixed(4))],
    many: many.every((answer) => answer.detect_anomaly_result.is_anomalous),
    refused,
    stopped,
  }),
);
