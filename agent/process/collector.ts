// How seldom the collector looks through the agent's memory.
import { setFlagsFromString } from 'node:v8';

/**
 * Lets memory grow to three times what is in use before all of it is looked through. By itself V8 does so every 15 MB
 * while a file arrives, because the bytes of a socket count as memory that could be freed: with the agent's 30 MB of
 * objects that took one and a half processors away from the transfer (measured; now once in 256 MB, and 40 MB more are
 * held). To be called before anything else runs.
 */
export function collectSeldom(): void {
  setFlagsFromString('--heap-growing-percent=200');
}
