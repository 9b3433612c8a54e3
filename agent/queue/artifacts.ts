// Artifacts: what a stage made, found again by its fingerprint and moved into the vault under a claim. It knows
// the ledger and the vault; not why a stage ran or what comes next.
import {
  type AssetHash,
  type AssetRef,
  assetHashSchema,
  assetRefSchema,
} from '@myspinbot/shared/asset/asset.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { StageName } from '@myspinbot/shared/job/job.ts';
import type { KeptFile } from '../stages/host.ts';
import { outputSchemas } from '../stages/stages.ts';
import type { Vault } from '../vault/port.ts';
import type { Artifact, Claim, Ledger } from './ledger.ts';

interface Stores {
  ledger: Ledger;
  vault: Vault;
}

/** The artifact with this fingerprint, made under `sinceFence` or later, when it still has its form and all of its assets. */
export async function reusable(
  world: Stores,
  stage: StageName,
  print: string,
  sinceFence = 0,
): Promise<Artifact | undefined> {
  const artifact = await world.ledger.artifact(print);
  if (artifact === undefined || artifact.stage !== stage || artifact.fence < sinceFence) return undefined;
  if (!outputSchemas[stage].safeParse(artifact.output).success) return undefined;
  const whole = artifact.assets.every((ref) => world.vault.ref(ref.hash) !== undefined);
  return whole ? artifact : undefined;
}

/** Moves what a stage made into the vault. Throws Failure `fenced` before anything moves. */
export async function adopt(
  world: Stores,
  claim: Claim,
  artifact: Artifact,
  kept: readonly KeptFile[],
  known: ReadonlySet<AssetHash>,
): Promise<void> {
  if (!world.ledger.holds(claim)) {
    throw new Failure({
      code: 'fenced',
      message: `Job ${claim.job} was given on while its ${artifact.stage} stage ran.`,
      hint: 'Nothing to do: the newer run goes on.',
    });
  }
  for (const ref of artifact.assets) {
    if (world.vault.ref(ref.hash) !== undefined) continue;
    const file = kept.find((one) => one.ref.hash === ref.hash);
    if (file === undefined) {
      throw new Failure({
        code: 'internal',
        message: `The ${artifact.stage} stage names an asset it did not keep${known.has(ref.hash) ? ' and that is gone' : ''}.`,
        hint: 'Try again; if it stays, please report it with this sentence.',
        retry: 'soon',
      });
    }
    await world.vault.adopt(file.file, ref);
  }
}

/** Every asset a stage's output names, each once. */
export function assetsIn(output: unknown): AssetRef[] {
  const found = new Map<AssetHash, AssetRef>();
  const visit = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return;
    if (Array.isArray(value)) {
      if (typeof value[0] === 'number') return; // a track or a mesh: long, and never assets
      for (const item of value) visit(item);
      return;
    }
    if ('hash' in value && assetHashSchema.safeParse(value.hash).success) {
      const ref = assetRefSchema.safeParse(value);
      if (ref.success) found.set(ref.data.hash, ref.data);
      return;
    }
    for (const member of Object.values(value)) visit(member);
  };
  visit(output);
  return [...found.values()];
}
