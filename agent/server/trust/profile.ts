// The authority as an Apple configuration profile: what an iPhone, an iPad or a Mac installs. The form is Apple's
// "Configuration Profile Reference": a property list with one payload, `com.apple.security.root`.
import { createHash } from 'node:crypto';
import type { Authority } from '../../certificates/port.ts';
import { escaped } from './escaped.ts';

/**
 * The profile as XML. A new authority of the same agent replaces the old profile on the device: the identifier stays
 * (it is made from the agent's fingerprint), the UUIDs are the authority's.
 */
export function profileOf(authority: Authority, agentName: string, fingerprint: string): string {
  const { name, der, sha256 } = authority;
  const identifier = `local.myspinbot.${createHash('sha256').update(fingerprint).digest('hex').slice(0, 16)}`;
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>PayloadContent</key>
  <array>
    <dict>
      <key>PayloadCertificateFileName</key>
      <string>myspinbot-ca.cer</string>
      <key>PayloadContent</key>
      <data>
${lines.join('\n')}
      </data>
      <key>PayloadDescription</key>
      <string>The certificate authority of this workstation alone. It cannot vouch for public websites.</string>
      <key>PayloadDisplayName</key>
      <string>${escaped(name)}</string>
      <key>PayloadIdentifier</key>
      <string>${identifier}.authority</string>
      <key>PayloadType</key>
      <string>com.apple.security.root</string>
      <key>PayloadUUID</key>
      <string>${uuidOf(`authority ${sha256}`)}</string>
      <key>PayloadVersion</key>
      <integer>1</integer>
    </dict>
  </array>
  <key>PayloadDescription</key>
  <string>Lets this device recognise the workstation ${escaped(agentName)} in your own network.</string>
  <key>PayloadDisplayName</key>
  <string>${escaped(name)}</string>
  <key>PayloadIdentifier</key>
  <string>${identifier}</string>
  <key>PayloadOrganization</key>
  <string>MySpinBot</string>
  <key>PayloadRemovalDisallowed</key>
  <false/>
  <key>PayloadType</key>
  <string>Configuration</string>
  <key>PayloadUUID</key>
  <string>${uuidOf(`profile ${sha256}`)}</string>
  <key>PayloadVersion</key>
  <integer>1</integer>
</dict>
</plist>
`;
}

/** A UUID made from what it is for: version 8 (RFC 9562, 5.8). */
function uuidOf(text: string): string {
  const bytes = createHash('sha256').update(text).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = bytes.toString('hex').toUpperCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
