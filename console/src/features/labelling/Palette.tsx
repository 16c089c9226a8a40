/** The colours that a label may have: one stop of the Tab key, arrow keys from one to the next. */
import { useId } from "react";
import { PALETTE } from "./labels";

interface PaletteProps {
  readonly label: string;
  readonly color: string;
  readonly onChange: (color: string) => void;
}

export function Palette({ label, color, onChange }: PaletteProps) {
  const name = useId();
  const isOwn = !PALETTE.some((one) => one.toUpperCase() === color.toUpperCase());
  return (
    <div className="vedette-labelling-palette" role="radiogroup" aria-label={label}>
      {(isOwn ? [color, ...PALETTE] : PALETTE).map((one) => (
        <input
          key={one}
          type="radio"
          name={name}
          aria-label={one}
          checked={one.toUpperCase() === color.toUpperCase()}
          style={{ background: one }}
          onChange={() => onChange(one)}
        />
      ))}
    </div>
  );
}
