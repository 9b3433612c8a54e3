// Which addresses a ComfyUI may have: those of this house. It asks nobody.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { isPrivateAddress } from '../certificates/private-address.ts';

/** Where a ComfyUI is when nobody moved it. */
export const COMFYUI_ADDRESS = 'http://127.0.0.1:8188';

/** Throws Failure `bad-input` unless it is a server of this house: it gets people's faces, and has no password. */
export function comfyAddress(text: string): URL {
  const wrong = (why: string) =>
    new Failure({
      code: 'bad-input',
      message: `The address of ComfyUI "${text.slice(0, 80)}" cannot be used: ${why}.`,
      hint: 'Set "comfyui" in config.json (MYSPINBOT_COMFYUI) to an address such as http://127.0.0.1:8188.',
    });
  if (!URL.canParse(text)) throw wrong('it is no address');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw wrong('it is neither http nor https');
  if (url.username !== '' || url.password !== '') throw wrong('it has a name or a password in it');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  // Only an address can be judged: a name may lead anywhere.
  const isOfHouse = host === 'localhost' || isPrivateAddress(host);
  if (!isOfHouse) throw wrong('it is not in this house');
  url.search = url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}
