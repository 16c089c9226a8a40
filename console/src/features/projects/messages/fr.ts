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
  pictures: "Images",
  lastModel: "Modèle le plus récent",
  next: "Prochaine étape",
  created: "Créé",
  state: "État",
  message: "Message",
  filter: "Trouver un projet",
  counted: { one: "{count} projet", many: "{count} projets", other: "{count} projets" },
  empty: "Aucun projet dans cette région",
  emptyHelp:
    "Un projet commence par des images et une question. D’autres régions ont peut-être des projets : la région se choisit dans la barre du haut.",
  noMatch: "Aucun projet ne correspond",
  create: "Créer un projet",
  delete: "Supprimer",
  question: "Que voulez-vous savoir ?",
  question_label: "Qu’y a-t-il sur l’image ?",
  question_label_help:
    "Une ou plusieurs étiquettes pour toute l’image : trier des pièces, nommer des scènes, séparer le bon du mauvais.",
  question_locate: "Où est-ce ?",
  question_locate_help: "Un cadre autour de chaque objet : compter, trouver, mesurer.",
  question_anomaly: "Quelque chose est-il défectueux ?",
  question_anomaly_help: "Surtout des images de bons produits. Le modèle trouve ce qui diffère, et où.",
  nameRule:
    "Lettres sans accents, chiffres, traits d’union et tirets bas. Il ne peut plus être changé ensuite.",
  nameNeeded: "Donnez au projet un nom en lettres et chiffres.",
  namePropose: "Ce nom contient des caractères non permis. {name} serait possible.",
  tagsHelp:
    "Les balises classent les projets par équipe, produit ou coût, et les stratégies peuvent les nommer.",
  deleteTitle: "Supprimer {name} ?",
  deleteWith: "Avec le projet disparaissent définitivement :",
  deleteModels: { one: "{count} modèle", many: "{count} modèles", other: "{count} modèles" },
  deleteDatasets: {
    one: "{count} jeu de données",
    many: "{count} jeux de données",
    other: "{count} jeux de données",
  },
  deletePictures: {
    one: "les étiquettes de {count} image",
    many: "les étiquettes de {count} images",
    other: "les étiquettes de {count} images",
  },
  deleteSnapshots: {
    one: "{count} instantané d’un jeu de données",
    many: "{count} instantanés de jeux de données",
    other: "{count} instantanés de jeux de données",
  },
  deleteKept: "Les images elles-mêmes restent dans leur compartiment.",
  deleteBlocked: "Un modèle s’entraîne ou tourne. Arrêtez-le d’abord ; rien n’est supprimé entre-temps.",
  deleteType: "Pour confirmer, saisissez {word}",
  deleting: "{name} est en cours de suppression.",
  deleted: "{name} a été supprimé.",
  deleteFailed: "{name} n’a pas été supprimé",
  datasets: "Jeux de données",
  datasetsHelp:
    "Le modèle apprend des images d’entraînement et est jugé sur les images de test, qu’il n’a jamais vues.",
  datasetOpen: "Ouvrir",
  datasetCreate: "Créer",
  train: "Entraînement",
  test: "Test",
  noTrain: "Pas encore de jeu d’entraînement. Il commence par un dossier d’images de cet ordinateur.",
  noTest:
    "Pas de jeu de test. À l’entraînement, un cinquième des images d’entraînement est mis de côté pour juger le modèle.",
  labelledOf: {
    one: "{done} image sur {count} étiquetée",
    many: "{done} images sur {count} étiquetées",
    other: "{done} images sur {count} étiquetées",
  },
  moreLabels: {
    one: "{count} étiquette de plus",
    many: "{count} étiquettes de plus",
    other: "{count} étiquettes de plus",
  },
  adviceFew: {
    one: "{labels} a moins de dix images : ce que le modèle en dira sera du hasard.",
    many: "{count} étiquettes ont moins de dix images ({labels} …) : ce que le modèle en dira sera du hasard.",
    other:
      "{count} étiquettes ont moins de dix images ({labels} …) : ce que le modèle en dira sera du hasard.",
  },
  adviceUneven: "{most} a {times} fois plus d’images que {least} : le modèle aura tendance à dire {most}.",
  adviceBroken: {
    one: "{count} image comporte une erreur et est écartée.",
    many: "{count} images comportent des erreurs et sont écartées.",
    other: "{count} images comportent des erreurs et sont écartées.",
  },
  adviceUnlabelled: {
    one: "{count} image n’a pas encore d’étiquette.",
    many: "{count} images n’ont pas encore d’étiquette.",
    other: "{count} images n’ont pas encore d’étiquette.",
  },
  adviceSingle: "Il n’y a qu’une étiquette. Un modèle a besoin de deux choses à distinguer.",
  trainModel: "Entraîner un modèle",
  models: "Modèles",
  noModels: "Pas encore de modèle. Un modèle s’entraîne une fois les images étiquetées.",
  details: "Détails",
  copied: "Copié",
  copyFailed: "Pas copié : le navigateur ne le permet qu’en https.",
  copyArn: "Copier l’ARN",
  next_addPictures:
    "Apportez des images de cet ordinateur ou d’un compartiment. Dix par étiquette suffisent pour commencer.",
  next_label: "Des images attendent leurs étiquettes. Une touche par image suffit.",
  next_train: "Toutes les images sont étiquetées. Voyez ce qu'un modèle apprendrait, et entraînez-le.",
  next_wait: "Un modèle est en cours. Cette page suit d’elle-même.",
  next_start:
    "Un modèle est entraîné. Démarrez-le depuis n’importe quel client, puis envoyez-lui des images ; démarrer depuis la console n’est pas encore pris en charge.",
  next_use: "Un modèle tourne et répond.",
  next_retry: "Le dernier modèle a échoué ; sa page dit pourquoi et comment y remédier.",
};
