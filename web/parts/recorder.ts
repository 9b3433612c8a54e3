// The recorder's life as one signal: idle -> asking -> recording -> done, or refused with a reason. The world
// (microphone, recorder, meter) comes in by the smallest interface, so that a test can play it.
import { type Accessor, createSignal, onCleanup } from 'solid-js';
import { type Refusal, refusalOf } from './refusal.ts';

export type RecorderState =
  | { state: 'idle' }
  | { state: 'asking' }
  | { state: 'recording'; startedAt: number }
  | { state: 'finishing' }
  | { state: 'refused'; why: Refusal };

export interface RecorderWorld {
  now(): number;
  /** Throws what getUserMedia throws. */
  openMicrophone(): Promise<MediaStream>;
  /** Starts recording at once; `stop` resolves with the whole clip. */
  record(stream: MediaStream): { stop(): Promise<Blob> };
  /** Calls back about 20 times a second with the loudness 0..1; returns the way to stop. */
  meter(stream: MediaStream, onLevel: (level: number) => void): () => void;
}

export interface Recorder {
  state: Accessor<RecorderState>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Owned by the caller's root: leaving the screen stops the microphone. Clips go to `onTake`. */
export function createRecorder(
  world: RecorderWorld,
  onLevel: (level: number) => void,
  onTake: (clip: Blob, ms: number) => void,
): Recorder {
  const [state, setState] = createSignal<RecorderState>({ state: 'idle' });
  let release = () => {};
  let stopClip: (() => Promise<Blob>) | undefined;
  let gone = false;

  onCleanup(() => {
    gone = true;
    release();
  });

  return {
    state,
    async start() {
      if (state().state !== 'idle' && state().state !== 'refused') return;
      setState({ state: 'asking' });
      let stream: MediaStream;
      try {
        stream = await world.openMicrophone();
      } catch (error) {
        setState({ state: 'refused', why: refusalOf('microphone', error) });
        return;
      }
      let unmeter = () => {};
      release = () => {
        unmeter();
        for (const track of stream.getTracks()) track.stop();
        release = () => {};
      };
      if (gone) {
        release();
        return;
      }
      try {
        stopClip = world.record(stream).stop;
      } catch (error) {
        release();
        setState({ state: 'refused', why: refusalOf('microphone', error) });
        return;
      }
      unmeter = world.meter(stream, onLevel);
      setState({ state: 'recording', startedAt: world.now() });
    },
    async stop() {
      const now = state();
      if (now.state !== 'recording' || stopClip === undefined) return;
      const ms = world.now() - now.startedAt;
      setState({ state: 'finishing' });
      const clip = await stopClip();
      release();
      setState({ state: 'idle' });
      onTake(clip, ms);
    },
  };
}

/** The browser's own microphone and MediaRecorder. */
export const browserRecorderWorld: RecorderWorld = {
  now: () => performance.now(),
  openMicrophone() {
    if (typeof navigator.mediaDevices?.getUserMedia !== 'function') {
      return Promise.reject(new Error('no microphone in this context'));
    }
    return navigator.mediaDevices.getUserMedia({
      audio: { echoCancellation: false, noiseSuppression: true, autoGainControl: true },
    });
  },
  record(stream) {
    const type = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'].find((name) =>
      MediaRecorder.isTypeSupported(name),
    );
    const recorder = new MediaRecorder(stream, {
      audioBitsPerSecond: 128_000,
      ...(type === undefined ? {} : { mimeType: type }),
    });
    const parts: Blob[] = [];
    recorder.addEventListener('dataavailable', (event) => parts.push(event.data));
    recorder.start(1000);
    return {
      stop: () =>
        new Promise((resolve) => {
          // The type without its codecs: the store goes by the bytes anyway.
          const kind = recorder.mimeType.split(';')[0] ?? '';
          const whole = () => resolve(new Blob(parts, { type: kind }));
          if (recorder.state === 'inactive') whole();
          else {
            recorder.addEventListener('stop', whole, { once: true });
            recorder.stop();
          }
        }),
    };
  },
  meter(stream, onLevel) {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 1024;
    context.createMediaStreamSource(stream).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    const clock = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      let sum = 0;
      for (const sample of samples) sum += sample * sample;
      // -50 dBFS is silence on the meter, -6 dBFS its top.
      const decibel = 10 * Math.log10(sum / samples.length + 1e-9);
      onLevel(Math.min(1, Math.max(0, (decibel + 50) / 44)));
    }, 50);
    return () => {
      clearInterval(clock);
      void context.close();
    };
  },
};
