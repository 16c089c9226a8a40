import type { Translation } from "../../../i18n/texts";
import type { messages as english } from "./en";

export const messages: Translation<typeof english> = {
  title: "Projets",
  intro:
    "Un projet est une question posée à vos images, avec les jeux de données et les modèles qui y répondent.",
  name: "Nom",
  kind: "Question",
  kindRekognition: "Qu’y a-t-il sur l’image, ou où",
  kindLookout: "Quelque chose est-il défectueux",
  datasets: "Jeux de données",
  created: "Créé",
  train: "Entraînement",
  test: "Test",
  noDatasets: "Pas encore de jeu de données",
  filter: "Trouver un projet",
  counted: { one: "{count} projet", many: "{count} projets", other: "{count} projets" },
  empty: "Aucun projet dans cette région",
  emptyHelp:
    "Un projet commence par des images et une question. D’autres régions ont peut-être des projets : la région se choisit dans la barre du haut.",
  noMatch: "Aucun projet ne correspond",
};
