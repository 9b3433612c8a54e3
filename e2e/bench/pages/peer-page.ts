// The browser's end of the benchmark of direct links. It is told its tasks over a WebSocket, which also carries the
// words of the connections; Node has the clock.
import Peer from 'simple-peer/simplepeer.min.js';
import { join } from './join.ts';
import type { Task } from './pour.ts';
import { createTalk } from './talk.ts';

const line = new WebSocket(`ws://${location.host}/`);
const talk = createTalk((text) => line.send(text));
line.onmessage = ({ data }: MessageEvent<string>) => talk.hear(data);

const platform = {
  makePeer: (options: object) => new Peer(options),
  makeConnection: () => new RTCPeerConnection({ iceServers: [] }),
  isCaller: true,
};

for (;;) {
  const task = (await talk.word('task')) as Task;
  const { pour, end } = await join(task.way, platform, talk);
  if (task.from === 'node') {
    const came = pour.take(task.bytes);
    talk.say({ ready: true });
    await came;
    talk.say({ came: true });
  } else {
    talk.say({ ready: true });
    await talk.word('go');
    await pour.send(task.bytes);
  }
  await talk.word('end');
  end();
}
