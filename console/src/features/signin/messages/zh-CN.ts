import type { Translation } from "../../../i18n/texts";
import type { messages as english } from "./en";

export const messages: Translation<typeof english> = {
  title: "登录",
  intro: "在您自己的机器上，用您自己的图片，教模型看见您所看见的。",
  link: "使用链接",
  linkHelp: "服务器启动时会打印一次性链接。在服务器所在机器上运行 vedette console 可再获取一个。",
  keys: "使用访问密钥",
  keyId: "访问密钥 ID",
  secret: "秘密访问密钥",
  keysHelp: "账户所有者：服务器数据文件夹中的 credentials.json 文件。用户：向创建该用户的人索取。",
  submit: "登录",
  needed: "密钥的两部分都必须填写。",
  opening: "正在通过链接登录……",
  linkFailed: "该链接已失效",
  linkFailedHelp: "链接只能使用一次，且有效期很短。请获取新的链接，或使用访问密钥登录。",
  refused: "密钥未被接受",
  refusedHelp: "请与来源核对密钥的两部分。首尾空格不影响。",
  token: "会话令牌",
  tokenHelp: "这是临时密钥。在密钥到期之前您会保持登录。",
  tokenNeeded: "临时密钥需要其会话令牌。",
  expired: "这些密钥已到期",
  expiredHelp: "临时密钥的有效期为数小时。请获取新的密钥后登录。",
  ended: "您的会话已结束",
  endedHelp: "请重新登录：您将回到原来的页面。尚未保存的内容留在此浏览器中，登录后会发送。",
};
