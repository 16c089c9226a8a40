/** The people of a round as a table for a spreadsheet. */
import type { Own } from "../../api";

const COLUMNS = [
  "UserName",
  "Open",
  "Answered",
  "Accepted",
  "SentBack",
  "Late",
  "Unsure",
  "Skipped",
  "Compared",
  "Agreed",
  "MeanAgreement",
  "SecondsPerPicture",
  "LastAnswerDate",
] as const;

export function csvOf(people: readonly Own.PersonAgreement[]): string {
  const rows = people.map((person) => COLUMNS.map((name) => cellOf(person[name])));
  return [COLUMNS.join(","), ...rows.map((row) => row.join(","))].map((row) => `${row}\r\n`).join("");
}

/** A name that a spreadsheet would take for a formula is text here. */
function cellOf(value: string | number | undefined): string {
  if (typeof value !== "string") return value === undefined ? "" : String(value);
  const text = /^[=+\-@\t\r]/u.test(value) ? `'${value}` : value;
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function download(name: string, text: string): void {
  const address = URL.createObjectURL(new Blob(["\uFEFF", text], { type: "text/csv" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  URL.revokeObjectURL(address);
}
