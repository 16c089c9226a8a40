import type { Translation } from "../../../i18n/texts";
import type { messages as english } from "./en";

export const messages: Translation<typeof english> = {
  title: "Início",
  heading: "Ensine um modelo a ver o que você vê",
  lead: "Mostre algumas imagens ao Vedette, diga o que há nelas, e ele aprende a dizer o mesmo de imagens novas. Tudo fica nesta máquina.",
  create: "Criar um projeto",
  stepPictures: "Traga imagens",
  stepPicturesHelp: "Arraste uma pasta de fotos. Dez para cada coisa a distinguir bastam para começar.",
  stepLabel: "Rotule-as",
  stepLabelHelp:
    "Uma tecla por imagem, uma caixa em volta de um objeto ou o contorno de um risco. O Vedette sugere, você decide.",
  stepModel: "Obtenha um modelo",
  stepModelHelp: "Ele treina nesta máquina em minutos e diz quão bom é antes de você usá-lo.",
  projects: "Projetos",
  allProjects: "Todos os projetos",
  pictures: { one: "{count} imagem", many: "{count} imagens", other: "{count} imagens" },
  labelled: "{percent} rotuladas",
  noVersion: "Nenhum modelo ainda",
  version: "Modelo {name}",
  noneHere: "Não há projetos em {region}.",
  otherRegion: "Seus projetos estão em {region}.",
  openRegion: "Abrir {region}",
  created: "Criado em {date}",
};
