// An Apple configuration profile that holds one root certificate (Configuration Profile Reference,
// com.apple.security.root). Its identifiers come from the certificate: installing it twice replaces it.
import { createHash } from 'node:crypto';
import type { Authority } from '../../certificates/port.ts';
import { escaped } from './drawing.ts';

export function profileOf(authority: Authority): string {
  const base64 = Buffer.from(authority.der).toString('base64');
  const name = escaped(authority.name);
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>PayloadContent</key>
  <array>
    <dict>
      <key>PayloadType</key><string>com.apple.security.root</string>
      <key>PayloadVersion</key><integer>1</integer>
      <key>PayloadIdentifier</key><string>myspinbot.authority.root</string>
      <key>PayloadUUID</key><string>${uuidOf(authority, 'root')}</string>
      <key>PayloadDisplayName</key><string>${name}</string>
      <key>PayloadCertificateFileName</key><string>myspinbot-ca.crt</string>
      <key>PayloadContent</key><data>${base64}</data>
    </dict>
  </array>
  <key>PayloadType</key><string>Configuration</string>
  <key>PayloadVersion</key><integer>1</integer>
  <key>PayloadIdentifier</key><string>myspinbot.authority</string>
  <key>PayloadUUID</key><string>${uuidOf(authority, 'profile')}</string>
  <key>PayloadDisplayName</key><string>${name}</string>
  <key>PayloadDescription</key><string>Lets this device reach ${name} over HTTPS in your own network. It is good for private addresses and local names alone.</string>
  <key>PayloadRemovalDisallowed</key><false/>
</dict>
</plist>
`;
}

function uuidOf({ sha256 }: Authority, what: string): string {
  const hex = createHash('sha256').update(`${what} ${sha256}`).digest('hex').toUpperCase();
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
