/** What somebody asks a loop for, as the form holds it, and what is sent. No React. */
import type { Input, Own } from "../../api";
import { isLoopName } from "./stages";

export interface LoopWish {
  readonly name: string;
  /** The name that is to move; empty where none is. */
  readonly alias: string;
  readonly version: string;
  /** A folder, or the pictures of a dataset that have no labels. */
  readonly from: "folder" | "train" | "test";
  readonly address: string;
  readonly most: string;
  readonly testShare: string;
  readonly task: "" | "labels" | "boxes" | "masks";
  readonly people: readonly string[];
  readonly groups: readonly string[];
  readonly isAutomatic: boolean;
  readonly keepsOld: boolean;
}

/** A whole number between two; null where something else was typed. */
export function numberOf(text: string, least: number, most: number): number | null {
  const value = Number(text.trim());
  return text.trim() !== "" && Number.isInteger(value) && value >= least && value <= most ? value : null;
}

export const MOST_PICTURES = 100;
/** In per cent: more than half would leave less to learn from than to be tested with. */
export const MOST_TEST = 50;

export function isWhole(wish: LoopWish): boolean {
  const hasPictures = wish.from !== "folder" || wish.address.trim() !== "";
  return (
    isLoopName(wish.name) &&
    hasPictures &&
    numberOf(wish.most, 1, MOST_PICTURES) !== null &&
    numberOf(wish.testShare, 0, MOST_TEST) !== null
  );
}

/** The version that an alias points to, which is the one that is improved; nothing where it points nowhere. */
export function behind(alias: string, aliases: readonly Own.VersionAlias[]): string {
  return aliases.find(({ AliasName }) => AliasName === alias)?.VersionName ?? "";
}

export function requestOf(arn: string, wish: LoopWish): Input<"vedette", "StartLoop"> {
  return {
    ProjectArn: arn,
    LoopName: wish.name,
    VersionName: wish.version,
    MaxPictures: numberOf(wish.most, 1, MOST_PICTURES) ?? 1,
    TestShare: (numberOf(wish.testShare, 0, MOST_TEST) ?? 0) / 100,
    Automatic: wish.isAutomatic,
    StopOld: !wish.keepsOld,
    ...(wish.from === "folder" ? { Address: wish.address.trim() } : { DatasetType: wish.from }),
    ...(wish.alias === "" ? {} : { AliasName: wish.alias }),
    ...(wish.task === "" ? {} : { Task: wish.task }),
    ...(wish.people.length === 0 ? {} : { UserNames: [...wish.people] }),
    ...(wish.groups.length === 0 ? {} : { GroupNames: [...wish.groups] }),
  };
}
