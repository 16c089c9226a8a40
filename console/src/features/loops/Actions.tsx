/** What is done to a loop: the word that it asks for, stopped, rolled back, forgotten. */
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useNavigate } from "react-router";
import { asFault, useCall, useChange, type Own, type ProjectFacts } from "../../api";
import { Confirm } from "../../ui/confirm";
import { FaultAlert } from "../../ui/faults";
import { notify } from "../../ui/notices";
import { RollBack } from "./RollBack";
import { useText } from "./text";
import { behind } from "./wish";

const EVERY_MS = 3000;

interface ActionsProps {
  readonly project: ProjectFacts;
  readonly route: string;
  readonly loop: Own.LoopDescription;
  readonly onDelete: () => void;
}

/** What the next word does, on its button; nothing where none is asked for. */
function useWord({ Status: status, Step: step, NeedsConfirmation: asks }: Own.LoopDescription): string {
  const t = useText();
  if (status === "failed") return t("again");
  if (status === "stopped") return t("goOn");
  if (status !== "running" || asks !== true) return "";
  return step === "train" ? t("goTrain") : t("goMove");
}

export function Actions(props: ActionsProps) {
  const { project, loop } = props;
  const t = useText();
  const [doing, setDoing] = useState<"delete" | "back" | null>(null);
  const stop = useChange("vedette", "StopLoop");
  const goOn = useChange("vedette", "ContinueLoop");
  const word = useWord(loop);
  const which = { ProjectArn: project.arn, LoopId: loop.LoopId ?? "" };
  const error = stop.error ?? goOn.error;
  const close = () => setDoing(null);
  return (
    <SpaceBetween size="xs">
      <SpaceBetween direction="horizontal" size="xs">
        {loop.Status === "running" ? (
          <Button loading={stop.isPending} onClick={() => stop.mutate(which)}>
            {t("stop")}
          </Button>
        ) : (
          <ButtonDropdown
            items={[{ id: "delete", text: t("delete") }]}
            onItemClick={() => setDoing("delete")}
          >
            {t("actions")}
          </ButtonDropdown>
        )}
        {loop.Status === "done" && loop.Verdict === "better" && loop.AliasName !== undefined && (
          <BackButton project={project} loop={loop} onClick={() => setDoing("back")} />
        )}
        {word !== "" && (
          <Button variant="primary" loading={goOn.isPending} onClick={() => goOn.mutate(which)}>
            {word}
          </Button>
        )}
      </SpaceBetween>
      {error !== null && <FaultAlert error={error} />}
      {doing === "delete" && <DeleteLoop {...props} onClose={close} />}
      {doing === "back" && <RollBack project={project} loop={loop} onClose={close} />}
    </SpaceBetween>
  );
}

interface BackButtonProps {
  readonly project: ProjectFacts;
  readonly loop: Own.LoopDescription;
  readonly onClick: () => void;
}

/** Only while the name points to what this loop made: what somebody did since is not undone from here. */
function BackButton({ project, loop, onClick }: BackButtonProps) {
  const t = useText();
  const query = useCall("vedette", "ListAliases", { ProjectArn: project.arn }, { everyMs: EVERY_MS });
  const current = behind(loop.AliasName ?? "", query.data?.Aliases ?? []);
  if (current === "" || current !== loop.NewVersionName) return null;
  return <Button onClick={onClick}>{t("rollBack")}</Button>;
}

/** What it made stays, which is said. */
function DeleteLoop({ project, route, loop, onDelete, onClose }: ActionsProps & { onClose: () => void }) {
  const t = useText();
  const navigate = useNavigate();
  const remove = useChange("vedette", "DeleteLoop", [["vedette", "ListLoops"]]);
  const { LoopName: name = "", LoopId: id = "" } = loop;
  // The page goes first: it would ask for what is not there any more. A notice says what became of it.
  const begin = async () => {
    onDelete();
    await navigate(`${route}/loops`);
    try {
      await remove.mutateAsync({ ProjectArn: project.arn, LoopId: id });
      notify({ id, type: "success", content: t("deleted", { name }) });
    } catch (error) {
      notify({ id, type: "error", header: t("deleteFailed", { name }), content: asFault(error).message });
    }
  };
  return (
    <Confirm title={t("delete")} action={t("delete")} onClose={onClose} onConfirm={() => void begin()}>
      <Box>
        <bdi>{name}</bdi>: {t("deleteHelp")}
      </Box>
    </Confirm>
  );
}
