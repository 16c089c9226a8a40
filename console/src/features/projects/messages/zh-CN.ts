import type { Translation } from "../../../i18n/texts";
import type { messages as english } from "./en";

export const messages: Translation<typeof english> = {
  title: "项目",
  intro: "一个项目就是向您的图片提出的一个问题，以及回答它的数据集和模型。",
  name: "名称",
  kind: "问题",
  kindRekognition: "图片里有什么，在哪里",
  kindLookout: "是否有异常",
  datasets: "数据集",
  created: "创建时间",
  train: "训练",
  test: "测试",
  noDatasets: "尚无数据集",
  filter: "查找项目",
  counted: { other: "{count} 个项目" },
  empty: "此区域没有项目",
  emptyHelp: "项目从图片和一个问题开始。其他区域可能有项目：可在顶部栏选择区域。",
  noMatch: "没有匹配的项目",
};
