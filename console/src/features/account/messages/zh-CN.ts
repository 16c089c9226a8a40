import type { Translation } from "../../../i18n/texts";
import type { messages as english } from "./en";

export const messages: Translation<typeof english> = {
  title: "账户",
  account: "账号",
  person: "当前登录",
  arn: "策略中的名称",
  expires: "登录有效期至",
};
