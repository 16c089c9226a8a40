/** The tags of a device, which policies ask about: an update says all of them. */
import { call, type Own } from "../../api";
import { pairsOf, tagsOf, type TagChange, type TagPlace } from "../../ui/tags";

/** What the tags are after a change, whatever somebody else has set meanwhile under other keys. */
export function tagsAfter(
  stored: Readonly<Record<string, string>>,
  { set, removed }: TagChange,
): Readonly<Record<string, string>> {
  const kept = Object.entries(stored).filter(([key]) => !removed.includes(key));
  return { ...Object.fromEntries(kept), ...pairsOf(set) };
}

export function tagsOfDevice({ DeviceName = "", DeviceArn = "" }: Own.DeviceDescription): TagPlace {
  const stored = async () => (await call("vedette", "DescribeDevice", { DeviceName })).Device?.Tags ?? {};
  return {
    arn: DeviceArn,
    read: async () => tagsOf(await stored()),
    write: async (change) =>
      call("vedette", "UpdateDevice", { DeviceName, Tags: tagsAfter(await stored(), change) }),
  };
}
