import type { Translation } from "../../../i18n/texts";
import type { messages as english } from "./en";

export const messages: Translation<typeof english> = {
  title: "Accueil",
  heading: "Apprenez à un modèle à voir ce que vous voyez",
  lead: "Montrez quelques images à Vedette, dites ce qu’on y voit, et il apprend à le dire d’images nouvelles. Tout reste sur cette machine.",
  create: "Créer un projet",
  stepPictures: "Apportez des images",
  stepPicturesHelp: "Glissez-y un dossier de photos. Dix par chose à distinguer suffisent pour commencer.",
  stepLabel: "Étiquetez-les",
  stepLabelHelp:
    "Une touche par image, un cadre autour d’un objet ou le contour d’une rayure. Vedette propose, vous décidez.",
  stepModel: "Obtenez un modèle",
  stepModelHelp:
    "Il s’entraîne sur cette machine en quelques minutes et dit sa qualité avant que vous l’utilisiez.",
  projects: "Projets",
  allProjects: "Tous les projets",
  pictures: { one: "{count} image", many: "{count} images", other: "{count} images" },
  labelled: "{percent} étiquetées",
  noVersion: "Pas encore de modèle",
  version: "Modèle {name}",
  noneHere: "Il n’y a aucun projet dans {region}.",
  otherRegion: "Vos projets sont dans {region}.",
  openRegion: "Ouvrir {region}",
  created: "Créé le {date}",
  firstModel: "Votre premier modèle en cinq minutes",
  firstModelHelp:
    "Un projet d’exemple apporte des images dessinées par Vedette et leurs étiquettes. Regardez-les, étiquetez le reste et voyez la suite.",
  all: "Tout étiqueté",
  half: "À moitié étiqueté",
  making: "Les images se dessinent …",
  failed: "L’exemple n’a pas été créé",
  e_sort: "Trier des pièces par type",
  e_sort_help: "Une étiquette par image : quelle pièce est-ce ?",
  e_tray: "Des pièces sur un plateau",
  e_tray_help: "Plusieurs étiquettes par image : que porte le plateau ?",
  e_locate: "Localiser des pièces sur une carte",
  e_locate_help: "Un cadre autour de chaque pièce : où, et combien ?",
  e_scratch: "Trouver rayures et taches",
  e_scratch_help: "Normal ou non, et le contour de ce qui ne va pas.",
};
