// Deleting a look or a voice: what that means, said first. What was chosen for later videos is then made fresh.
import type { TrainedVersion } from '@myspinbot/shared/job/trained.ts';
import { Trash2 } from 'lucide';
import { type OpenProject, useLive } from '../live/live.ts';
import { Confirm } from '../parts/confirm.tsx';
import { useToasts } from '../parts/toast.tsx';
import { deletingWords, versionTitle } from './trained-words.ts';

export default function DeleteVersion(props: {
  project: OpenProject;
  version: TrainedVersion;
  onClose: () => void;
}) {
  const live = useLive();
  const toasts = useToasts();
  const isChosen = () => props.project.fields()[props.version.stage] === props.version.fingerprint;
  const waiting = () =>
    live.line.filter(({ request }) => request.options[props.version.stage] === props.version.fingerprint)
      .length;
  const words = () =>
    deletingWords(props.version, {
      isChosen: isChosen(),
      waiting: waiting(),
      isHere: live.workstation().state === 'here',
    });
  const remove = () => {
    if (isChosen()) props.project.set({ [props.version.stage]: null });
    live.trained.discard(props.version);
    toasts.show(`${versionTitle(props.version)} is deleted.`);
    props.onClose();
  };
  return (
    <Confirm
      open
      title={words().title}
      text={words().text}
      action="Delete it"
      icon={Trash2}
      onConfirm={remove}
      onClose={props.onClose}
    />
  );
}
