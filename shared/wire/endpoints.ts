// Paths both sides know. HTTP and sockets of one agent share one origin.
export const endpoints = {
  /** y-websocket base: the room name follows, URL-encoded. */
  sync: '/sync',
  transfer: '/transfer',
  health: '/health',
  metrics: '/metrics',
  /** The figures of the last minutes, for the app's screen. */
  monitor: '/api/monitor',
  capabilities: '/api/capabilities',
  generate: '/api/generate',
  jobs: '/api/jobs',
  status: '/api/status',
  /** The line and its rules. */
  queue: '/api/queue',
  plan: '/api/plan',
  train: '/api/train',
  projects: '/api/projects',
  webhook: '/api/webhook',
  openapi: '/api/openapi.json',
  /** A socket that tells of jobs as they go. */
  events: '/ws',
  /** `/:hash` is the file, `/:hash/blocks` the list of its blocks. */
  assets: '/api/assets',
  /** POST announces a file, PUT `/:hash` brings a block at its offset. */
  uploads: '/api/uploads',
  inspectPhoto: '/api/inspect/photo',
  /** Open to everybody who may reach the agent: how trust begins. */
  pairingStart: '/api/pairing/start',
  pairingFinish: '/api/pairing/finish',
  challenge: '/api/auth/challenge',
  token: '/api/auth/token',
  /** For commands on the workstation: proves that it is the agent that listens. */
  ownMachine: '/api/auth/own-machine',
  /** For owners. */
  devices: '/api/devices',
  invitations: '/api/invitations',
  scriptTokens: '/api/tokens',
  audit: '/api/audit',
  security: '/api/security',
  /** POST begins something (wire/housekeeping.ts), GET and DELETE `/:id` look after it and stop it. */
  housekeeping: '/api/housekeeping',
  rotateAuthority: '/api/security/rotate-authority',
  /** The page that hands out the certificate authority; the only one over plain HTTP on the network. */
  trust: '/trust',
  authorityCrt: '/trust/ca.crt',
  authorityPem: '/trust/ca.pem',
  authorityProfile: '/trust/ca.mobileconfig',
  /** Answers 204 over HTTPS: whoever can read that trusts the authority. */
  trustCheck: '/trust/check',
  /** Where a system posts what is shared to the app; the app's own worker takes it. Also the screen's address. */
  share: '/share',
} as const;
