/** What was taken for a dataset by the camera or read from a video, also before its page was left. */
import { useSyncExternalStore } from "react";
import { useRegion, useSignedIn } from "../../../api";
import { changeHeldShots, heldShots, subscribeShots, type ChangeShots } from "./shots";
import type { Target } from "./useTarget";

export function useHeldShots(source: "camera" | "video", { place, type }: Target) {
  const { arn: person } = useSignedIn();
  const key = `${person} ${useRegion()} ${place.route} ${type} ${source}`;
  const shots = useSyncExternalStore(subscribeShots, () => heldShots(key));
  const change: ChangeShots = (next) => changeHeldShots(key, next);
  return [shots, change] as const;
}
