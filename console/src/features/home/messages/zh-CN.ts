import type { Translation } from "../../../i18n/texts";
import type { messages as english } from "./en";

export const messages: Translation<typeof english> = {
  title: "首页",
  heading: "教模型看见您所看见的",
  lead: "给 Vedette 看一些图片，说明图中有什么，它就能学会判断新的图片。一切都留在这台机器上。",
  create: "创建项目",
  stepPictures: "带来图片",
  stepPicturesHelp: "拖入一个照片文件夹。每种要区分的事物有十张即可开始。",
  stepLabel: "标注图片",
  stepLabelHelp: "每张图片一个按键、给物体画一个框，或描出划痕的轮廓。Vedette 提建议，由您决定。",
  stepModel: "得到模型",
  stepModelHelp: "模型在这台机器上几分钟内训练完成，并在使用前告诉您它有多好。",
  projects: "项目",
  allProjects: "所有项目",
  pictures: { other: "{count} 张图片" },
  labelled: "已标注 {percent}",
  noVersion: "尚无模型",
  version: "模型 {name}",
  noneHere: "{region} 中没有项目。",
  otherRegion: "您的项目在 {region}。",
  openRegion: "打开 {region}",
  created: "创建于 {date}",
};
