// The first thing every command does: says clearly when this Node is too old. Written in old syntax on purpose,
// so that the sentence and not a SyntaxError is what an old Node prints.
const oldest = [20, 19];

/** Ends the process with 1 and a sentence when this Node is older than 20.19. */
export function requireNode() {
  const version = process.versions.node.split('.').map(Number);
  if (version[0] > oldest[0] || (version[0] === oldest[0] && version[1] >= oldest[1])) return;
  process.stderr.write(
    `MySpinBot needs Node ${oldest.join('.')} or newer; this is Node ${process.versions.node}.\n` +
      'Install a current one from https://nodejs.org (or with your package manager) and run the command again.\n',
  );
  process.exit(1);
}
