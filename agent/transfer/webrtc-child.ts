// The program of the process that has the WebRTC library: makes peers for the agent that forked it, and carries what
// they say and are told. It has no files, no keys and no settings; it knows no signatures, no links and no assets.
import { endWithParent } from '../process/outlive.ts';
import { servePeers } from './serve-peers.ts';
import { loadLibrary } from './webrtc-library.ts';

endWithParent();
servePeers(loadLibrary());
