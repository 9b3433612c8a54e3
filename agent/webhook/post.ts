// One POST to somebody else's server: its status or why there is none. It follows no redirect, asks no proxy, keeps no
// connection and reads no answer: what the other side says beyond its status is of no use here, and could be endless.
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

/**
 * Resolves with the status of the answer. Rejects with `signal.reason`, or with what the network said. `body` is JSON.
 */
export function post(
  url: string,
  { body, headers, signal }: { body: string; headers: Record<string, string>; signal: AbortSignal },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const begin = url.toLowerCase().startsWith('https:') ? httpsRequest : httpRequest;
    const asked = begin(url, {
      method: 'POST',
      agent: false,
      signal,
      headers: {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'user-agent': 'MySpinBot',
        ...headers,
      },
    });
    asked.on('error', (cause) => reject(signal.aborted ? signal.reason : cause));
    asked.on('response', (answer) => {
      resolve(answer.statusCode ?? 0);
      answer.on('error', () => undefined); // it was cut off by us
      asked.destroy();
    });
    asked.end(body);
  });
}
