import type { Translation } from "../../../i18n/texts";
import type { messages as english } from "./en";

export const messages: Translation<typeof english> = {
  title: "Se connecter",
  intro: "Apprenez à un modèle à voir ce que vous voyez : sur votre machine, avec vos images.",
  link: "Avec un lien",
  linkHelp:
    "Le serveur affiche un lien à usage unique à son démarrage. Sur sa machine, vedette console en affiche un autre.",
  keys: "Avec une clé d’accès",
  keyId: "Identifiant de la clé d’accès",
  secret: "Clé d’accès secrète",
  keysHelp:
    "Pour le propriétaire du compte : le fichier credentials.json dans le dossier de données du serveur. Pour un utilisateur : auprès de la personne qui l’a créé.",
  submit: "Se connecter",
  needed: "Les deux parties de la clé sont nécessaires.",
  opening: "Connexion par le lien …",
  linkFailed: "Ce lien n’ouvre plus rien",
  linkFailedHelp:
    "Un lien sert une fois, et peu de temps. Demandez-en un nouveau, ou connectez-vous avec une clé d’accès.",
  refused: "La clé n’a pas été acceptée",
  refusedHelp: "Comparez les deux parties avec leur source. Les espaces autour ne comptent pas.",
  token: "Jeton de session",
  tokenHelp: "Ces clés sont temporaires. Vous restez connecté jusqu’à leur fin.",
  tokenNeeded: "Des clés temporaires ont besoin de leur jeton de session.",
  expired: "Ces clés ont expiré",
  expiredHelp:
    "Des clés temporaires valent quelques heures. Demandez-en de nouvelles et connectez-vous avec elles.",
  ended: "Votre session a pris fin",
  endedHelp:
    "Reconnectez-vous : vous reviendrez où vous étiez. Ce qui n’était pas encore enregistré attend dans ce navigateur et sera envoyé alors.",
  code: "Code",
  codeTitle: "Second facteur",
  codeHelp: "De votre application d’authentification ; un code de secours si vous l’avez perdue.",
  codeWrong: "Ce code est faux, ou a déjà servi. Un nouveau arrive toutes les trente secondes.",
  codeBack: "Autre clé",
  company: "Se connecter avec {name}",
  companyFailed: "L’entreprise ne vous a pas connecté",
  companyAway:
    "Son service de connexion ne répond pas. Réessayez dans un instant ; l’exploitant de ce serveur peut afficher un lien avec vedette console.",
  companyGroup: "Aucun de vos groupes n’a accès ici. Adressez-vous à l’exploitant de ce serveur.",
  companyName: "Quelqu’un porte déjà votre nom ici. L’exploitant de ce serveur peut le libérer.",
  companyExpired: "Cette connexion avait pris fin, ou venait d’un autre navigateur. Recommencez.",
  companyRefused: "Elle n’a connecté personne, ou n’a pas pu prouver qui vous êtes. Recommencez.",
  passkey: "Se connecter avec une clé d’accès numérique",
  passkeyUse: "Utiliser une clé d’accès numérique",
  passkeyFailed: "Aucune clé d’accès numérique n’a été acceptée",
  passkeyFailedHelp:
    "Aucune n’a été présentée, ou celle qui l’a été n’est pas connue ici. Réessayez, ou connectez-vous autrement.",
};
