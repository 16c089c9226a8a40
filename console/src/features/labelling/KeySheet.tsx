/** All keys on one sheet. */

import Box from "@cloudscape-design/components/box";
import Modal from "@cloudscape-design/components/modal";
import type { ReactNode } from "react";
import { KEY_ROWS, type Mode } from "./keymap";
import type { LabelInfo } from "./labels";
import { useText } from "./text";

interface KeySheetProps {
  readonly mode: Mode;
  readonly labels: readonly LabelInfo[];
  readonly onClose: () => void;
}

const SIGNS: Readonly<Record<string, string>> = {
  ArrowLeft: "←",
  ArrowRight: "→",
  PageDown: "PgDn",
  PageUp: "PgUp",
  Delete: "Del",
  Backspace: "⌫",
};

export function KeySheet({ mode, labels, onClose }: KeySheetProps) {
  const t = useText();
  const withKeys = labels.filter(({ key }) => key !== "");
  const taken = new Set(withKeys.map(({ key }) => key));
  const rows = KEY_ROWS.filter(({ modes }) => modes.includes(mode));
  return (
    <Modal visible size="large" header={t("keys")} closeAriaLabel={t("cancel")} onDismiss={onClose}>
      <div className="vedette-labelling-sheet">
        <section>
          <Box variant="h3">{t("labels")}</Box>
          {withKeys.length === 0 && <p>{t("noKeys")}</p>}
          <dl>
            {withKeys.map(({ name, key }) => (
              <Entry key={name} name={<bdi>{name}</bdi>} keys={[key]} />
            ))}
          </dl>
          <p>{mode === "labels" ? t("shiftAdds") : t("shiftLeaps")}</p>
          <p>{t("spaceMoves")}</p>
        </section>
        <section>
          <Box variant="h3">{t("actions")}</Box>
          <dl>
            {rows.map(({ command, keys }) => {
              const free = keys.filter((key) => !taken.has(key));
              return free.length === 0 ? null : (
                <Entry key={command} name={t(`act_${command}`)} keys={free} />
              );
            })}
          </dl>
        </section>
      </div>
    </Modal>
  );
}

function Entry({ name, keys }: { readonly name: ReactNode; readonly keys: readonly string[] }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{SIGNS[key] ?? key.replace(/[a-z]$/, (letter) => letter.toUpperCase())}</kbd>
        ))}
      </dt>
      <dd>{name}</dd>
    </div>
  );
}
