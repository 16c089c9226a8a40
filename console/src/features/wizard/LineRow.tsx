/** One line: its picture, what is wrong with it, and what mends it by a click or by typing. */
import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { call } from "../../api";
import { useLanguage } from "../../i18n/context";
import { FaultAlert } from "../../ui/faults";
import { PicturePicker } from "../../ui/pictures";
import { checkLine } from "./checkLine";
import { refreshImport, type ImportLine, type MendKind } from "./place";
import { useSentence } from "../../sentences";
import { problemText } from "./advice";
import { useText } from "./text";

interface LineRowProps {
  readonly arn: string;
  readonly importId: string;
  readonly line: ImportLine;
}

/** Problems that say that there is no picture to be shown. */
const AWAY: ReadonlySet<string> = new Set(["ERROR_INVALID_IMAGE", "LOOKOUT_IMAGE"]);

/** Mends that need something typed. */
type Typed = Extract<MendKind, "edit" | "other-picture" | "name-classes" | "mend-address">;

function isTyped(kind: MendKind): kind is Typed {
  return kind === "edit" || kind === "other-picture" || kind === "name-classes" || kind === "mend-address";
}

export function LineRow({ arn, importId, line }: LineRowProps) {
  const t = useText();
  const [typing, setTyping] = useState<Typed | null>(null);
  const [value, setValue] = useState("");
  const [error, setError] = useState<unknown>(null);
  const [said, setSaid] = useState("");
  const number = line.Number ?? 0;
  const isAway = (line.Problems ?? []).some(({ Code = "" }) => AWAY.has(Code));
  const mend = async (Kind: MendKind, Value?: string) => {
    setError(null);
    try {
      const answer = await call("vedette", "MendImportLines", {
        ProjectArn: arn,
        ImportId: importId,
        Kind,
        Numbers: [number],
        ...(Value === undefined ? {} : { Value }),
      });
      const [problem = ""] = answer.Problems ?? [];
      setSaid(problem);
      if (problem === "") setTyping(null);
      await refreshImport();
    } catch (fault) {
      setError(fault);
    }
  };
  const choose = (kind: MendKind) => {
    if (!isTyped(kind)) {
      void mend(kind);
      return;
    }
    setValue(kind === "edit" ? (line.Text ?? "") : kind === "other-picture" ? (line.SourceRef ?? "") : "");
    setTyping(kind);
  };
  return (
    <div
      className={`wizard-line${line.IsLeftOut === true ? " is-left-out" : ""}`}
      data-testid={`line-${String(number)}`}
    >
      <Picture source={isAway ? "" : (line.SourceRef ?? "")} />
      <div className="wizard-line-body">
        <SpaceBetween size="xs">
          <LineHead line={line} number={number} />
          {error !== null && <FaultAlert error={error} />}
          {said !== "" && <Box color="text-status-error">{said}</Box>}
          {typing === null ? (
            <>
              {(line.Text ?? "") !== "" && <div className="wizard-text">{line.Text}</div>}
              <SpaceBetween direction="horizontal" size="xs">
                {(line.Mends ?? []).map((kind) => (
                  <Button key={kind} onClick={() => choose(kind)}>
                    {t(`mend_${kind}`)}
                  </Button>
                ))}
              </SpaceBetween>
            </>
          ) : (
            <Typing
              kind={typing}
              number={number}
              value={value}
              onChange={setValue}
              onSave={() => void mend(typing, value)}
              onCancel={() => setTyping(null)}
            />
          )}
        </SpaceBetween>
      </div>
    </div>
  );
}

/** Which line it is, what became of it, and what is wrong with it. */
function LineHead({ line, number }: { readonly line: ImportLine; readonly number: number }) {
  const t = useText();
  const say = useSentence();
  const [language] = useLanguage();
  return (
    <SpaceBetween size="xs">
      <div className="wizard-row">
        <Box variant="strong">
          {t("line", { number })} <bdi>{line.Name}</bdi>
        </Box>
        <SpaceBetween direction="horizontal" size="xs">
          {line.IsMended === true && <Badge color="green">{t("isMended")}</Badge>}
          {line.IsLeftOut === true && <Badge>{t("isLeftOut")}</Badge>}
        </SpaceBetween>
      </div>
      {line.IsLeftOut !== true &&
        (line.Problems ?? []).map((problem, place) => (
          <Box
            key={place}
            color={problem.Severity === "warning" ? "text-body-secondary" : "text-status-error"}
          >
            {problemText(t, language, problem.AdviceName, problem.Message ?? "", say)}
          </Box>
        ))}
    </SpaceBetween>
  );
}

interface TypingProps {
  readonly kind: Typed;
  readonly number: number;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onSave: () => void;
  readonly onCancel: () => void;
}

function Typing({ kind, number, value, onChange, onSave, onCancel }: TypingProps) {
  const t = useText();
  // Judged as it is typed, by the twin of the server's own reader.
  const problem = kind === "edit" ? checkLine(value) : "";
  // Looked for, where it is a picture: nobody knows addresses by heart.
  const [isPicking, setPicking] = useState(kind === "other-picture");
  return (
    <SpaceBetween size="xs">
      {kind === "edit" ? (
        <FormField stretch errorText={problem} constraintText={problem === "" ? t("lineFine") : undefined}>
          <Textarea
            value={value}
            rows={5}
            ariaLabel={t("editLine", { number })}
            onChange={({ detail }) => onChange(detail.value)}
          />
        </FormField>
      ) : (
        <Input value={value} ariaLabel={t("valueOf")} onChange={({ detail }) => onChange(detail.value)} />
      )}
      {isPicking && (
        <PicturePicker
          start={value}
          onClose={() => setPicking(false)}
          onChoose={(address) => {
            onChange(address);
            setPicking(false);
          }}
        />
      )}
      <SpaceBetween direction="horizontal" size="xs">
        <Button variant="primary" disabled={problem !== ""} onClick={onSave}>
          {kind === "edit" ? t("save") : t(`mend_${kind}`)}
        </Button>
        {kind === "other-picture" && (
          <Button iconName="search" onClick={() => setPicking(true)}>
            {t("browse")}
          </Button>
        )}
        <Button onClick={onCancel}>{t("cancel")}</Button>
      </SpaceBetween>
    </SpaceBetween>
  );
}

function Picture({ source }: { readonly source: string }) {
  const t = useText();
  const [isMissing, setMissing] = useState("");
  if (!source.startsWith("s3://") || isMissing === source) {
    return <div className="wizard-picture" role="img" aria-label={t("noPicture")} />;
  }
  const query = new URLSearchParams({ source, side: "192" });
  return (
    <img
      className="wizard-picture"
      alt=""
      loading="lazy"
      src={`/console/api/thumbnail?${query.toString()}`}
      onError={() => setMissing(source)}
    />
  );
}
