/** The tags of a device, which policies ask about: an update says all of them. */
import { call, type Own } from "../../api";
import { tagsAfter, tagsOf, type TagPlace } from "../../ui/tagChange";

export function tagsOfDevice({ DeviceName = "", DeviceArn = "" }: Own.DeviceDescription): TagPlace {
  const stored = async () => (await call("vedette", "DescribeDevice", { DeviceName })).Device?.Tags ?? {};
  return {
    arn: DeviceArn,
    read: async () => tagsOf(await stored()),
    write: async (change) =>
      call("vedette", "UpdateDevice", { DeviceName, Tags: tagsAfter(await stored(), change) }),
  };
}
