// Why a browser would not open the microphone or camera, in words with the next step.

export interface Refusal {
  title: string;
  next: string;
}

/** From what getUserMedia threw, or from its absence (an insecure page has none). */
export function refusalOf(device: 'camera' | 'microphone', error: unknown): Refusal {
  const name = error instanceof Error ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
    case 'SecurityError':
      return {
        title: `This page may not use the ${device}.`,
        next: `Allow the ${device} in the browser's address bar (the lock or the ${device} sign), then try again. Choosing a file works without it.`,
      };
    case 'NotFoundError':
    case 'OverconstrainedError':
      return {
        title: `No ${device} was found on this device.`,
        next: 'Plug one in and try again, or choose a file.',
      };
    case 'NotReadableError':
    case 'AbortError':
      return {
        title: `Another program is using the ${device}.`,
        next: 'Close it there and try again, or choose a file.',
      };
    default:
      return {
        title: `This browser does not give pages the ${device} here.`,
        next: 'It needs a secure page (https, or this machine itself). Choosing a file works without it.',
      };
  }
}
