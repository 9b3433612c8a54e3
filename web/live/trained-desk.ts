// Looks and voices of projects as screens see them, followed in the workspace document, and what a person does with them.
// It works as well while the workstation is away; how a job is written down is the caller's business.
import type { TrainedVersions } from '@myspinbot/shared/document/trained.ts';
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import type { JobId, JobRequest } from '@myspinbot/shared/job/job.ts';
import { type TrainedVersion, versionKey } from '@myspinbot/shared/job/trained.ts';
import type { ProjectFields, ProjectId } from '@myspinbot/shared/project/project.ts';
import { draftTraining, standingFields, type TrainingWish } from '@myspinbot/shared/project/training.ts';
import { batch, createSignal } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import type { OpenProject } from './live.ts';

export interface TrainedDesk {
  /** False until the document was read: nothing is said of what is not there before. */
  isRead(): boolean;
  /** Newest first. */
  of(project: ProjectId): readonly TrainedVersion[];
  /** Resolves once the request is durable here. Throws Failure `bad-input` with what is missing. */
  train(project: OpenProject, wish: TrainingWish): Promise<JobId>;
  /** Throws it away for everybody; videos that it made stay. */
  discard(version: TrainedVersion): void;
}

export interface TrainedWorld {
  ask(project: OpenProject, job: Pick<JobRequest, 'pipeline' | 'options' | 'assets'>): Promise<JobId>;
  discard(version: TrainedVersion): void;
}

export interface FollowedTrained {
  readonly desk: TrainedDesk;
  /** From now on this document is the truth; returns the way to stop. */
  follow(versions: TrainedVersions): () => void;
}

export function createTrainedDesk(world: TrainedWorld): FollowedTrained {
  const [isRead, setRead] = createSignal(false);
  const [all, set] = createStore<Record<string, TrainedVersion>>({});
  return {
    desk: {
      isRead,
      of: (project) =>
        Object.values(all)
          .filter((version) => version.project === project)
          .sort((a, b) => b.madeAt - a.madeAt || b.version - a.version),
      async train(project, wish) {
        const draft = draftTraining(project.fields(), project.photos(), wish);
        if (!draft.ready) {
          throw new Failure({
            code: 'bad-input',
            message: `This training still needs: ${draft.missing.join(', ').replaceAll('-', ' ')}.`,
            hint: 'Add what is missing, then train again.',
          });
        }
        const { pipeline, options, assets } = draft;
        return world.ask(project, { pipeline, options, assets });
      },
      discard: world.discard,
    },
    follow(versions) {
      const show = () =>
        batch(() => {
          set(reconcile(Object.fromEntries(versions.all().map((one) => [versionKey(one), one]))));
          setRead(true);
        });
      show();
      return versions.watch(show);
    },
  };
}

/** The version that spins of the project use; undefined where it is made fresh. */
export function chosenVersion(
  trained: TrainedDesk,
  project: OpenProject,
  stage: TrainedVersion['stage'],
): TrainedVersion | undefined {
  const asked = project.fields()[stage];
  return trained.of(project.id).find((one) => one.stage === stage && one.fingerprint === asked);
}

/** The fields as a spin reads them now: what was chosen and is gone is made fresh. */
export function spinFields(trained: TrainedDesk, project: OpenProject): ProjectFields {
  const versions = trained.of(project.id);
  return standingFields(project.fields(), (print) => versions.some((one) => one.fingerprint === print));
}
