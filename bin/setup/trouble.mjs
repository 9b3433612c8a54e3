// A set-up step that could not be done, said as a sentence and the next step. Everything else that is thrown is
// a defect and keeps its stack.
export class Trouble extends Error {
  /**
   * @param {string} message what was tried and what happened
   * @param {string} hint what the person does next
   * @param {string} [output] the tail of a tool's own words
   */
  constructor(message, hint, output = '') {
    super(message);
    this.hint = hint;
    this.output = output;
  }
}

/** Runs a command's body; a Trouble is printed as sentences and ends the process with 1. */
export async function orExplain(body) {
  try {
    await body();
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    if (error.output !== '') process.stderr.write(`${error.output.trimEnd()}\n`);
    process.stderr.write(`\n${error.message}\n${error.hint}\n`);
    process.exit(1);
  }
}
