// The program of the process that decodes one picture: says that it is ready, hears one question, answers, ends.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { decodePicture, recodePicture } from './decode-picture.ts';
import { type Answer, lineOf, questionSchema, splitLine } from './picture-wire.ts';

async function answered(): Promise<{ answer: Answer; data?: Uint8Array }> {
  let heard: Buffer[] = [];
  let asked: ReturnType<typeof questionSchema.parse> | undefined;
  let bytes = 0;
  for await (const piece of process.stdin as AsyncIterable<Buffer>) {
    heard.push(piece);
    bytes += piece.length;
    if (asked === undefined) {
      const line = splitLine(heard);
      if (line === undefined) continue;
      asked = questionSchema.parse(line.message);
      heard = [line.rest];
      bytes = line.rest.length;
    }
    if (bytes >= asked.bytes) break;
  }
  if (asked === undefined || bytes !== asked.bytes) process.exit(0); // nobody wants anything any more
  const { longestSide, into } = asked;
  const picture = Buffer.concat(heard);
  try {
    const { data, width, height, notes } = await (into === 'pixels'
      ? decodePicture(picture, longestSide)
      : recodePicture(picture, longestSide, into === 'png'));
    return { answer: { type: 'picture', width, height, notes, bytes: data.length }, data };
  } catch (cause) {
    if (cause instanceof Failure) return { answer: { type: 'failed', failure: cause.toRecord() } };
    throw cause;
  }
}

process.stdout.write('ready\n');
const { answer, data } = await answered();
process.stdout.write(lineOf(answer));
// It ends when everything was taken.
process.stdout.write(data ?? '', () => process.exit(0));
