// SHA-256 of one block, by the browser. Every page the app runs on is a protected one, so WebCrypto is there.

/** 64 lower-case hex digits. */
export async function blockHash(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
