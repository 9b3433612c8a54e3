// How the agent is reached on the network and with which certificate: what the server and the pairing need to know.
import type { SecureContextOptions } from 'node:tls';

/** The agent's names and addresses, now; they change when a laptop changes its network. */
export interface Whereabouts {
  /** Private addresses of this machine's interfaces, best first; without loopback. */
  addresses(): readonly string[];
  /** Names that lead here: "myspinbot.local", the machine's own. */
  names(): readonly string[];
  onChange(listener: () => void): () => void;
}

export interface Authority {
  /** Shown where a person looks for it in a list of authorities: "MySpinBot on desk". */
  readonly name: string;
  readonly pem: string;
  readonly der: Uint8Array;
  /** SHA-256 of the certificate, as hex pairs with colons: what system dialogs show. */
  readonly sha256: string;
  readonly notAfter: number;
  /** There was another before it, which devices may still trust. */
  readonly replaced?: { readonly at: number; readonly why: string } | undefined;
}

/** Certificates that are always fit for where the agent is now. */
export interface Certificates {
  authority(): Authority;
  leafNotAfter(): number;
  /** For `tls.Server`: key and chain of the present leaf. */
  context(): SecureContextOptions;
  /** A new leaf or a new authority: the server takes `context()` anew, without a restart. */
  onChange(listener: () => void): () => void;
  /** A new authority; every device must trust it again. */
  rotate(): Promise<void>;
  close(): Promise<void>;
}
