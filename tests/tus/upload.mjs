// A tus client for the tests: `tus-js-client` as npm has it.
//
//   node upload.mjs ENDPOINT FILE [chunk size]
//
// The token is in TUS_TOKEN. It tells what happens on standard output, an object a line: each answer that it gets, and
// at last a success or an error.

import { createReadStream } from 'node:fs';
import { Upload } from 'tus-js-client';

const [endpoint, file, chunkSize] = process.argv.slice(2);
const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

const upload = new Upload(createReadStream(file), {
  endpoint,
  chunkSize: chunkSize ? Number(chunkSize) : Infinity,
  headers: { authorization: `Bearer ${process.env.TUS_TOKEN}` },
  metadata: { filename: 'usage.data' },
  // Its own are of seconds, and five; with each byte further it begins to count anew.
  retryDelays: Array(100).fill(20),
  onAfterResponse: (request, response) =>
    tell({
      method: request.getMethod(),
      status: response.getStatus(),
      offset: Number(response.getHeader('upload-offset') ?? -1),
      upload_id: response.getHeader('usage-upload-id') ?? null,
    }),
  onSuccess: () => tell({ success: true, url: upload.url }),
  onError: (error) => {
    const response = error.originalResponse;
    tell({ success: false, status: response?.getStatus() ?? 0, body: response?.getBody() ?? '', why: error.message });
  },
});
upload.start();
