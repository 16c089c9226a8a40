import type { Translation } from "../../../i18n/texts";
import type { messages as english } from "./en";

export const messages: Translation<typeof english> = {
  title: "Projetos",
  intro: "Um projeto é uma pergunta às suas imagens, com os conjuntos de dados e modelos que a respondem.",
  name: "Nome",
  kind: "Pergunta",
  kindRekognition: "O que há na imagem, ou onde",
  kindLookout: "Há algo errado",
  datasets: "Conjuntos de dados",
  created: "Criado",
  train: "Treinamento",
  test: "Teste",
  noDatasets: "Nenhum conjunto de dados ainda",
  filter: "Encontrar um projeto",
  counted: { one: "{count} projeto", many: "{count} projetos", other: "{count} projetos" },
  empty: "Nenhum projeto nesta região",
  emptyHelp:
    "Um projeto começa com imagens e uma pergunta. Outras regiões podem ter projetos: a região é escolhida na barra superior.",
  noMatch: "Nenhum projeto corresponde",
};
