// What stands in a job's way before it runs, and what to say of an error that nobody expected.
import { Failure } from '@myspinbot/shared/failure/failure.ts';
import { checkPipeline, describeFault, type Pipeline } from '@myspinbot/shared/pipeline/graph.ts';
import type { Logger } from '../log/logger.ts';

/** Why a pipeline cannot run, with the place named; undefined when it can. `unusable`: those that could not be read. */
export function unfitPipeline(
  pipelines: ReadonlyMap<string, Pipeline>,
  name: string,
  unusable: ReadonlyMap<string, string> = new Map(),
): Failure | undefined {
  const pipeline = pipelines.get(name);
  const why = unusable.get(name);
  if (pipeline === undefined && why !== undefined) {
    return new Failure({
      code: 'bad-input',
      message: `The pipeline "${name}" cannot run. ${why}`.slice(0, 2000),
      hint: 'Correct the pipeline file, restart the agent, then try again.',
    });
  }
  if (pipeline === undefined) {
    return new Failure({
      code: 'bad-input',
      message: `This workstation has no pipeline called "${name}".`,
      hint: `Choose one of these: ${[...pipelines.keys()].join(', ')}.`,
    });
  }
  const [fault] = checkPipeline(pipeline);
  if (fault === undefined) return undefined;
  return new Failure({
    code: 'bad-input',
    message: `The pipeline "${pipeline.name}" cannot run. ${describeFault(fault)}`,
    hint: 'Correct the pipeline file, restart the agent, then try again.',
  });
}

/** An error that is not a Failure, as one; its stack goes to the log. */
export function unexpected(error: unknown, log: Logger): Failure {
  if ((error as NodeJS.ErrnoException | null)?.code === 'ENOSPC') {
    return new Failure({
      code: 'disk-full',
      message: 'The disk of the workstation is full.',
      hint: 'Free some space on the disk that holds the data folder, then try again.',
      retry: 'soon',
      cause: error,
    });
  }
  log.error('job.unexpected', { stack: error instanceof Error ? error.stack : String(error) });
  return new Failure({
    code: 'internal',
    message: `Something went wrong that should not: ${error instanceof Error ? error.message : String(error)}`,
    hint: 'Try again; if it stays, please report it with this sentence.',
    retry: 'soon',
    cause: error,
  });
}
