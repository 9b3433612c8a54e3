// Why a pairing was refused here: another key answered than the invitation names. Apart from the pairing itself, which is
// loaded late.
export class OtherKey extends Error {
  readonly fingerprint: string;

  constructor(fingerprint: string) {
    super('another key answered');
    this.fingerprint = fingerprint;
  }
}
