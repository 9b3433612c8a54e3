// The stages there are, and the form of what each makes. Light: loading this loads no engine.
import type { StageName } from '@myspinbot/shared/job/job.ts';
import type { z } from 'zod';
import { finishStage } from './finish.ts';
import { lookStage } from './look.ts';
import {
  finishOutputSchema,
  lookOutputSchema,
  portraitOutputSchema,
  scriptOutputSchema,
  speechOutputSchema,
  timingOutputSchema,
  upscaleOutputSchema,
  voiceOutputSchema,
} from './outputs.ts';
import { portraitStage } from './portrait.ts';
import { scriptStage } from './script.ts';
import { speechStage } from './speech.ts';
import type { Stage } from './stage.ts';
import { timingStage } from './timing.ts';
import { upscaleStage } from './upscale.ts';
import { voiceStage } from './voice.ts';

// A stage that needs one capability stands among stages that may need any: run() is given engines for what
// `uses` names, so the narrower context is always enough.
export const stages: Readonly<Record<StageName, Stage>> = {
  script: scriptStage as Stage,
  look: lookStage as Stage,
  voice: voiceStage as Stage,
  speech: speechStage as Stage,
  timing: timingStage as Stage,
  portrait: portraitStage as Stage,
  upscale: upscaleStage as Stage,
  finish: finishStage as Stage,
};

export const outputSchemas = {
  script: scriptOutputSchema,
  look: lookOutputSchema,
  voice: voiceOutputSchema,
  speech: speechOutputSchema,
  timing: timingOutputSchema,
  portrait: portraitOutputSchema,
  upscale: upscaleOutputSchema,
  finish: finishOutputSchema,
} as const satisfies Readonly<Record<StageName, z.ZodType>>;
