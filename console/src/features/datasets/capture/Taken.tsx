/** Pictures that were taken here and are not sent yet: looked at, left out, and added with a label. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Checkbox from "@cloudscape-design/components/checkbox";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { queryClient } from "../../../api";
import { beginUpload, untilOver } from "../../../intake/beginning";
import { forgetUploads, isSame, ownUploads, subscribeUploads } from "../../../intake/running";
import { useText } from "../../../intake/text";
import type { UploadTarget } from "../../../intake/uploader";
import { UploadProgress } from "../../../intake/UploadProgress";
import { FaultAlert } from "../../../ui/faults";
import type { ChangeShots, Shot } from "./shots";

interface TakenProps {
  readonly shots: readonly Shot[];
  readonly target: UploadTarget;
  readonly onChange: ChangeShots;
  /** Makes the dataset where it is not there yet. */
  readonly onBegin: () => Promise<void>;
}

export function Taken({ shots, target, onChange, onBegin }: TakenProps) {
  const t = useText();
  const [error, setError] = useState<unknown>(null);
  const uploads = useSyncExternalStore(subscribeUploads, ownUploads);
  const chosen = shots.filter((shot) => shot.isChosen);
  const add = async () => {
    setError(null);
    try {
      await onBegin();
    } catch (fault) {
      setError(fault);
      return;
    }
    forgetUploads(target);
    const sent = new Map(
      chosen.map((shot) => [
        { name: shot.name, label: shot.label, open: () => Promise.resolve(shot.blob) },
        shot,
      ]),
    );
    const uploader = beginUpload([...sent.keys()], target);
    onChange(() => []);
    await queryClient.invalidateQueries({ queryKey: [target.service] });
    await untilOver(uploader);
    // They are nowhere else: what did not arrive is here again.
    const back = [...sent].filter(([picture]) => uploader.left.has(picture)).map(([, shot]) => shot);
    if (back.length > 0) onChange((later) => [...back, ...later]);
  };
  const choose = (id: number, isChosen: boolean) =>
    onChange((before) => before.map((shot) => (shot.id === id ? { ...shot, isChosen } : shot)));
  return (
    <SpaceBetween size="m">
      {shots.length > 0 && (
        <div className="gallery-line">
          <SpaceBetween direction="horizontal" size="xs" alignItems="center">
            <Button
              variant="primary"
              data-testid="add-taken"
              disabled={chosen.length === 0}
              onClick={() => void add()}
            >
              {t("addCount", { count: chosen.length })}
            </Button>
            <Button
              onClick={() =>
                onChange((before) =>
                  before.map((shot) => ({ ...shot, isChosen: chosen.length < shots.length })),
                )
              }
            >
              {t(chosen.length < shots.length ? "chooseAll" : "chooseNone")}
            </Button>
            <Button onClick={() => onChange(() => [])}>{t("discardAll")}</Button>
          </SpaceBetween>
        </div>
      )}
      {error !== null && <FaultAlert error={error} />}
      {uploads
        .filter((uploader) => isSame(uploader.target, target))
        .map((uploader, place) => (
          <UploadProgress key={place} uploader={uploader} />
        ))}
      <div className="shots" data-testid="shots">
        {shots.map((shot) => (
          <ShotTile
            key={shot.id}
            shot={shot}
            onChoose={(isChosen) => choose(shot.id, isChosen)}
            onDelete={() => onChange((before) => before.filter((other) => other.id !== shot.id))}
          />
        ))}
      </div>
    </SpaceBetween>
  );
}

interface ShotTileProps {
  readonly shot: Shot;
  readonly onChoose: (isChosen: boolean) => void;
  readonly onDelete: () => void;
}

function ShotTile({ shot, onChoose, onDelete }: ShotTileProps) {
  const t = useText();
  const address = useMemo(() => URL.createObjectURL(shot.blob), [shot.blob]);
  useEffect(() => () => URL.revokeObjectURL(address), [address]);
  return (
    <div className={`shot${shot.isChosen ? "" : " is-left-out"}`}>
      <img src={address} alt={shot.name} />
      <div className="shot-line">
        <Checkbox checked={shot.isChosen} onChange={({ detail }) => onChoose(detail.checked)}>
          <Box display="inline" fontSize="body-s">
            <bdi>{shot.label === "" ? t("noLabel") : shot.label}</bdi>
          </Box>
        </Checkbox>
        <Button
          variant="icon"
          iconName="remove"
          ariaLabel={t("discard", { name: shot.name })}
          onClick={onDelete}
        />
      </div>
    </div>
  );
}
